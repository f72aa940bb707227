// orbnode: a node of the network. The parts are node/host; this file is their command line. docs/node.md.
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include "node/admin/admin_server.h"
#include "node/base/visible_text.h"
#include "node/config/command_word.h"
#include "node/config/config_file.h"
#include "node/config/loader.h"
#include "node/config/reference.h"
#include "node/control/control_server.h"
#include "node/host/key_file.h"
#include "node/host/node.h"
#include "node/host/process.h"
#include "node/host/version.h"
#include "node/storage/store_check.h"

namespace {

namespace fs = std::filesystem;

using node::ExitCode;

struct Line {
  std::string folder;
  bool key_only = false;
  std::string config;
  std::string copy;
};

ExitCode Complain(ExitCode code, std::string_view text) {
  std::cerr << "orbnode: " << text << '\n';
  return code;
}

ExitCode Complain(ExitCode code, const core::Status& status) {
  return Complain(code, core::MessageOf(status));
}

// The file that is there, made complete under another name first; an existing one stays.
core::Status WriteConfig(const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error))
    return core::FailedPrecondition(file.string() + ": is there already");
  const fs::path draft = file.string() + ".new";
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  out << node::DefaultConfigText() << std::flush;
  if (!out) return core::Unavailable(draft.string() + ": cannot be written");
  fs::create_hard_link(draft, file, error);
  fs::remove(draft);
  if (error) return core::Unavailable(file.string() + ": " + error.message());
  return absl::OkStatus();
}

ExitCode Init(const Line& line) {
  const core::SodiumSuite suite;
  const fs::path folder = line.folder;
  if (line.key_only) {
    const auto made = node::PrepareDataDirectory(folder, suite);
    if (!made.ok()) return Complain(ExitCode::kFiles, made.status());
    std::cout << node::HexText(made->bytes) << '\n';
    return ExitCode::kDone;
  }
  const fs::path config = folder / node::kConfigFileName;
  const fs::path data = node::DefaultConfig(fs::absolute(folder).string()).data_dir;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Complain(ExitCode::kFiles, folder.string() + ": " + error.message());
  const auto id = node::PrepareDataDirectory(data, suite);
  if (!id.ok()) return Complain(ExitCode::kFiles, id.status());
  const core::Status written = WriteConfig(config);
  if (!written.ok() && !absl::IsFailedPrecondition(written)) {
    return Complain(ExitCode::kFiles, written);
  }
  std::cout << "node    " << node::HexText(id->bytes) << "\nkey     "
            << (data / node::kKeyFileName).string() << "\nconfig  " << config.string()
            << (written.ok() ? "" : " (was there)") << '\n';
  return ExitCode::kDone;
}

// Without --config: the file in the default folder when there is one, else nothing but defaults, and a key of its own.
core::StatusOr<node::NodeConfig> ConfigurationOf(const Line& line) {
  if (!line.config.empty()) return node::LoadConfigFile(line.config);
  ASSIGN_OR_RETURN(node::NodeConfig config, node::LoadDefaultConfig());
  std::error_code error;
  const bool configured = fs::exists(node::DefaultFolder() / node::kConfigFileName, error);
  if (!configured && !fs::exists(fs::path(config.data_dir) / node::kKeyFileName, error)) {
    const core::SodiumSuite suite;
    RETURN_IF_ERROR(node::PrepareDataDirectory(config.data_dir, suite).status());
  }
  return config;
}

core::StatusOr<std::unique_ptr<node::LogSink>> OpenSink(const node::NodeConfig& config) {
  if (config.log.file.empty()) return std::make_unique<node::StandardErrorSink>();
  ASSIGN_OR_RETURN(auto sink, node::FileSink::Open(config.log.file));
  return std::unique_ptr<node::LogSink>(std::move(sink));
}

// What serves the operator, as far as the configuration wants it.
void ServeOperator(node::asio::io_context& io, const node::NodeConfig& config, node::Log& log,
                   node::Node& node) {
  if (config.admin.listen.has_value()) {
    node.Serve([&](node::NodeView& view) {
      return std::make_unique<node::AdminServer>(
          io, node::AdminSettings{*config.admin.listen, config.admin.hosts, {}}, view, log);
    });
  }
  if (config.control.socket.empty() && !config.control.tcp.has_value()) return;
  node.Serve([&](node::NodeView& view) {
    return std::make_unique<node::ControlServer>(io,
                                                 node::ControlSettings{config.control.socket,
                                                                       config.control.tcp,
                                                                       config.control.token_file,
                                                                       config.data_dir,
                                                                       {}},
                                                 view, log);
  });
}

ExitCode Run(const Line& line) {
  node::IgnoreWriteSignals();
  const core::Status dumps = node::ForbidDumps();
  const size_t descriptors = node::RaiseDescriptorLimit();
  const core::SodiumSuite suite;
  const auto config = ConfigurationOf(line);
  if (!config.ok()) {
    const bool wrong =
        absl::IsInvalidArgument(config.status()) || absl::IsNotFound(config.status());
    return Complain(wrong ? ExitCode::kConfiguration : ExitCode::kFiles, config.status());
  }
  auto sink = OpenSink(*config);
  if (!sink.ok()) return Complain(ExitCode::kFiles, sink.status());
  node::Log log({config->log.level, config->log.format}, **sink, node::ReadClocks);
  if (!dumps.ok()) log.Warning("core dumps may hold keys", {{"why", dumps}});
  const size_t wanted = config->limits.inbound + config->limits.outbound +
                        config->limits.pending_handshakes + node::kOtherDescriptors;
  if (descriptors < wanted) {
    log.Warning("too few file descriptors for the limits",
                {{"found", descriptors}, {"wanted", wanted}});
  }
  node::asio::io_context io;
  auto node = std::make_unique<node::Node>(io, *config, suite, log);
  ServeOperator(io, *config, log, *node);
  if (const auto failure = node->Open()) {
    log.Error("the node cannot run", {{"why", failure->status}});
    return Complain(failure->code, failure->status);
  }
  const ExitCode code = node->Run();
  if (code != ExitCode::kCut) node = nullptr;  // Closes the store.
  _exit(static_cast<int>(code));               // Without waiting for a name that nobody resolves.
}

ExitCode Check(const Line& line) {
  const auto config = node::LoadConfigFile(line.config);
  if (!config.ok()) return Complain(ExitCode::kConfiguration, config.status());
  const auto options = node::HostOptionsFrom(*config);
  if (!options.ok()) return Complain(ExitCode::kConfiguration, options.status());
  const core::SodiumSuite suite;
  core::SecretKey secret;
  const core::Status key =
      node::ReadKeyFile(fs::path(config->data_dir) / node::kKeyFileName, suite, secret);
  if (!key.ok()) return Complain(ExitCode::kFiles, key);
  std::cout << line.config << ": correct\n";
  return ExitCode::kDone;
}

ExitCode Report(const std::string& file, const core::StatusOr<node::StoreReport>& report) {
  if (!report.ok()) return Complain(ExitCode::kFiles, report.status());
  std::cout << file << ": sound, " << report->rows << " rows, " << report->value_bytes
            << " bytes of values, " << report->pages << " pages, schema " << report->schema << '\n';
  return ExitCode::kDone;
}

ExitCode Store(const CLI::App& app, const Line& line) {
  const auto config = ConfigurationOf(line);
  if (!config.ok()) return Complain(ExitCode::kConfiguration, config.status());
  const fs::path file = config->storage.path;
  if (app.got_subcommand("verify")) return Report(file.string(), node::CheckStore(file));
  return Report(line.copy, node::BackUpStore(file, line.copy));
}

void Describe(CLI::App& app, Line& line) {
  app.require_subcommand(1);
  app.failure_message(node::ExplainCommandLine);
  app.set_help_all_flag("--help-all", "help of all commands");
  app.set_version_flag("--version", std::string(node::SourceVersion()));
  CLI::App* init = app.add_subcommand("init", "make a key and a configuration file");
  init->add_option("DIR", line.folder, "where; made when it is not there")->required();
  init->add_flag("--key-only", line.key_only, "only the key, DIR being the data directory");
  app.add_subcommand("default-config", "print a configuration file with every default");
  const auto add_config = [&line](CLI::App* command) {
    return command->add_option("--config", line.config, "configuration file; default: none needed");
  };
  add_config(app.add_subcommand("run", "run the node until SIGTERM"));
  add_config(app.add_subcommand("check", "check a configuration file and the key"))->required();
  CLI::App* backup = app.add_subcommand("backup", "copy the store, also while the node runs");
  backup->add_option("COPY", line.copy, "a name that is free")->required();
  add_config(backup);
  add_config(app.add_subcommand("verify", "read the whole store and check it"));
}

ExitCode Execute(const CLI::App& app, const Line& line) {
  if (app.got_subcommand("init")) return Init(line);
  if (app.got_subcommand("run")) return Run(line);
  if (app.got_subcommand("check")) return Check(line);
  if (app.got_subcommand("default-config")) {
    std::cout << node::DefaultConfigText();
    return ExitCode::kDone;
  }
  return Store(app, line);
}

// A failed CHECK aborts; scripts see the documented code.
void ExitInternal(int) {
  _exit(static_cast<int>(ExitCode::kInternal));
}

int Main(int argc, char** argv) {
  CLI::App app{"orbnode: a node of a network for peer-to-peer elections", "orbnode"};
  Line line;
  Describe(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }

  struct sigaction crash {};

  crash.sa_handler = ExitInternal;
  sigaction(SIGABRT, &crash, nullptr);
  return static_cast<int>(Execute(app, line));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "orbnode: internal error: " << error.what() << '\n';
    return static_cast<int>(ExitCode::kInternal);
  }
}
