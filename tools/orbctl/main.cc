// orbctl: asks a running node. docs/node.md, "orbctl"; the protocol is docs/control_protocol.md.
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "node/base/visible_text.h"
#include "node/config/command_word.h"
#include "node/config/config_file.h"
#include "node/config/quantity.h"
#include "tools/orbctl/blocks.h"
#include "tools/orbctl/client.h"
#include "tools/orbctl/completion.h"
#include "tools/orbctl/exit_code.h"
#include "tools/orbctl/tables.h"

namespace orbctl {
namespace {

struct Line {
  std::string config;
  std::string socket;
  std::string tcp;
  std::string token_file;
  bool json = false;

  std::string topic;
  bool work = false;
  bool seekers = false;
  std::optional<int64_t> want;
  std::optional<int64_t> budget;
  std::optional<int64_t> min_budget;
  std::string patience;
  std::string timeout;
  std::vector<std::string> must;
  std::vector<std::string> must_not;
  std::vector<std::string> capabilities;
  std::string file;
  std::string level;
  std::string shell;
  std::string room;
  BlockLine blocks;
};

core::StatusOr<std::string> TokenFrom(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string token;
  if (!std::getline(in, token)) return core::NotFound("token file " + file + ": cannot be read");
  return token;
}

core::StatusOr<Place> FindPlace(const Line& line) {
  Place place;
  if (!line.socket.empty()) {
    place.socket = line.socket;
    return place;
  }
  std::string token_file = line.token_file;
  if (line.tcp.empty() || token_file.empty()) {
    ASSIGN_OR_RETURN(const node::NodeConfig config, line.config.empty()
                                                        ? node::LoadDefaultConfig()
                                                        : node::LoadConfigFile(line.config));
    place.socket = config.control.socket;
    if (token_file.empty()) token_file = config.control.token_file;
    if (place.socket.empty()) place.tcp = config.control.tcp;
    if (line.tcp.empty() && place.socket.empty() && !place.tcp.has_value()) {
      return core::InvalidArgument(
          "the configuration has neither control.socket nor control.tcp: the node cannot be asked");
    }
  }
  if (!line.tcp.empty()) {
    ASSIGN_OR_RETURN(place.tcp, node::ParseEndpoint(line.tcp));
  }
  if (place.tcp.has_value()) {
    ASSIGN_OR_RETURN(place.token, TokenFrom(token_file));
  }
  return place;
}

using Print = void (*)(const Json& result, std::ostream& out);

// A request with one answer.
ExitCode Ask(ControlClient& client, const Line& line, std::string_view method, const Json& params,
             Print print) {
  const auto reply = client.Call(method, params);
  if (!reply.ok()) return Complain(reply.status());
  if (reply->refused) return Refused(reply->body);
  if (line.json) {
    std::cout << reply->body.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
  } else {
    print(reply->body, std::cout);
  }
  return ExitCode::kDone;
}

Json MatchParams(const Line& line) {
  Json params = {{"topic", line.topic}, {"role", line.work ? "worker" : "seeker"}};
  const auto put = [&params](const char* key, const std::optional<int64_t>& value) {
    if (value.has_value()) params[key] = *value;
  };
  put("want", line.want);
  put("budget", line.budget);
  put("min_budget", line.min_budget);
  if (line.seekers) params["seek"] = "seekers";
  if (!line.patience.empty()) params["patience"] = line.patience;
  if (!line.must.empty()) params["must"] = line.must;
  if (!line.must_not.empty()) params["must_not"] = line.must_not;
  if (!line.capabilities.empty()) params["capabilities"] = line.capabilities;
  return params;
}

void Show(const Line& line, const Reply& reply, int64_t first_us) {
  if (line.json) {
    std::cout << reply.body.dump(-1, ' ', true, Json::error_handler_t::replace) << std::endl;
  } else if (reply.ended) {
    PrintEnd(reply.body, std::cout);
  } else {
    PrintEvent(reply.body, first_us, std::cout);
  }
}

ExitCode Match(ControlClient& client, const Line& line) {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> until;
  if (!line.timeout.empty()) {
    const auto us = node::ParseQuantity(line.timeout, node::DurationUnits());
    if (!us.has_value()) {
      return Complain(ExitCode::kUsage, "--timeout: found " + node::Quoted(line.timeout) +
                                            ", allowed a duration such as \"30s\"");
    }
    until = Clock::now() + std::chrono::microseconds(*us);
  }
  const auto id = client.Begin("match", MatchParams(line));
  if (!id.ok()) return Complain(id.status());
  std::optional<int64_t> first_us;
  while (true) {
    const auto reply = client.Next(*id, until);
    if (!reply.ok()) return Complain(reply.status());
    if (!reply->has_value()) {
      // The end comes as the match's own answer.
      const auto sent = client.Begin("cancel", {{"id", *id}});
      if (!sent.ok()) return Complain(sent.status());
      until = Clock::now() + ControlClient::kPatience;
      continue;
    }
    if ((*reply)->refused) return Refused((*reply)->body);
    if (!first_us.has_value()) first_us = (*reply)->body.value("time_us", int64_t{0});
    Show(line, **reply, *first_us);
    if (!(*reply)->ended) continue;
    const bool enough = line.work || (*reply)->body.value("end", "") == "satisfied";
    return enough ? ExitCode::kDone : ExitCode::kUnsatisfied;
  }
}

void PrintRecorded(const Json& result, std::ostream& out) {
  std::string path;
  node::AppendUnquoted(result.value("path", ""), path);
  out << path << ": " << result.value("bytes", uint64_t{0}) << " bytes, "
      << result.value("inputs", uint64_t{0}) << " inputs, of them "
      << result.value("dropped", uint64_t{0}) << " dropped\n";
}

void PrintLevel(const Json& result, std::ostream& out) {
  std::string level;
  node::AppendUnquoted(result.value("level", ""), level);
  out << level << '\n';
}

void PrintLeft(const Json&, std::ostream& out) {
  out << "left\n";
}

ExitCode Lend(const Place& place, const Line& line) {
  const std::optional<int64_t> bytes =
      line.room == "0" ? 0 : node::ParseQuantity(line.room, node::SizeUnits());
  if (!bytes.has_value()) {
    return Complain(ExitCode::kUsage, "SIZE: found " + node::Quoted(line.room) +
                                          ", allowed a size such as \"10GiB\", or 0 to leave");
  }
  auto client = ControlClient::Dial(place);
  if (!client.ok()) return Complain(client.status());
  return Ask(*client, line, "lend", {{"bytes", *bytes}}, PrintRing);
}

ExitCode Execute(const CLI::App& app, const Line& line) {
  if (app.got_subcommand("completion")) {
    std::cout << (line.shell == "bash"  ? BashCompletion(app)
                  : line.shell == "zsh" ? ZshCompletion(app)
                                        : FishCompletion(app));
    return ExitCode::kDone;
  }
  const auto place = FindPlace(line);
  if (!place.ok()) return Complain(ExitCode::kConfiguration, core::MessageOf(place.status()));
  if (IsBlockCommand(app)) return RunBlockCommand(app, line.blocks, line.json, *place);
  if (app.got_subcommand("lend")) return Lend(*place, line);
  auto client = ControlClient::Dial(*place);
  if (!client.ok()) return Complain(client.status());
  if (app.got_subcommand("ring")) return Ask(*client, line, "ring", Json::object(), PrintRing);
  if (app.got_subcommand("match")) return Match(*client, line);
  if (app.got_subcommand("peers")) return Ask(*client, line, "peers", Json::object(), PrintPeers);
  if (app.got_subcommand("state")) return Ask(*client, line, "state", Json::object(), PrintState);
  if (app.got_subcommand("leave")) {
    return Ask(*client, line, "leave", {{"topic", line.topic}}, PrintLeft);
  }
  if (app.got_subcommand("record")) {
    // The node has a working directory of its own.
    const std::string file = std::filesystem::absolute(line.file).string();
    return Ask(*client, line, "record", {{"path", file}}, PrintRecorded);
  }
  if (app.got_subcommand("log-level")) {
    const Json params = line.level.empty() ? Json::object() : Json{{"level", line.level}};
    return Ask(*client, line, "log_level", params, PrintLevel);
  }
  return Ask(*client, line, "status", Json::object(), PrintStatus);
}

void DescribePlace(CLI::App& app, Line& line) {
  app.add_option("--config", line.config, "the node's configuration file, which says where it is")
      ->type_name("FILE");
  CLI::Option* socket =
      app.add_option("--socket", line.socket, "its Unix socket")->type_name("FILE");
  CLI::Option* tcp =
      app.add_option("--tcp", line.tcp, "its control port")->type_name("ADDRESS:PORT");
  app.add_option("--token-file", line.token_file, "the token for the control port")
      ->type_name("FILE")
      ->needs(tcp);
  socket->excludes(tcp);
  app.add_flag("--json", line.json, "print what the node says, as JSON");
}

void DescribeMatch(CLI::App& app, Line& line) {
  CLI::App* match = app.add_subcommand("match", "take part in a topic and watch what comes of it");
  match->add_option("TOPIC", line.topic, "KIND/LABEL, or LABEL of the kind \"work\"")
      ->type_name("TOPIC")
      ->required();
  CLI::Option* work =
      match->add_flag("--work", line.work, "offer work until interrupted or --timeout");
  match->add_option("--want", line.want, "partners to find; 3")->type_name("N")->excludes(work);
  match->add_option("--patience", line.patience, "how long to look; 10s")
      ->type_name("SPAN")
      ->excludes(work);
  match->add_flag("--seekers", line.seekers, "find others who seek, not workers")->excludes(work);
  match->add_option("--must", line.must, "a capability that partners have")
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->excludes(work);
  match->add_option("--must-not", line.must_not, "a capability that partners do not have")
      ->type_name("WORD")
      ->allow_extra_args(false)
      ->excludes(work);
  match->add_option("--min-budget", line.min_budget, "tasks that a partner can still take")
      ->type_name("N")
      ->excludes(work);
  match->add_option("--budget", line.budget, "tasks to take at a time, with --work; 1")
      ->type_name("N")
      ->needs(work);
  match->add_option("--capability", line.capabilities, "a capability of this node")
      ->type_name("WORD")
      ->allow_extra_args(false);
  match->add_option("--timeout", line.timeout, "leave after this")->type_name("SPAN");
}

void Describe(CLI::App& app, Line& line) {
  app.require_subcommand(1);
  app.failure_message(node::ExplainCommandLine);
  app.fallthrough();
  app.set_help_all_flag("--help-all", "help of all commands");
  DescribePlace(app, line);
  app.add_subcommand("status", "who the node is and how it is");
  app.add_subcommand("peers", "its connections and contacts");
  app.add_subcommand("ring",
                     "its place in the storage rings, its fill, its neighbours, what moves");
  app.add_subcommand("lend", "lend room to the storage rings, or leave them")
      ->add_option("SIZE", line.room, "such as 10GiB; 0: hand everything off and leave")
      ->type_name("SIZE")
      ->required();
  app.add_subcommand("state", "a digest per module of its core, and the flight recorder's fill");
  DescribeMatch(app, line);
  DescribeBlocks(app, line.blocks);
  app.add_subcommand("leave", "end a participation, whoever began it")
      ->add_option("TOPIC", line.topic, "as with match")
      ->type_name("TOPIC")
      ->required();
  app.add_subcommand("record", "save the flight recorder; the file is secret")
      ->add_option("FILE", line.file, "a free name, written by the node")
      ->type_name("FILE")
      ->required();
  app.add_subcommand("log-level", "show or set what the node logs")
      ->add_option("LEVEL", line.level, "the least important kind of record")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  app.add_subcommand("completion", "print a completion script")
      ->add_option("SHELL", line.shell, "for which shell")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
}

int Main(int argc, char** argv) {
  CLI::App app{"orbctl: asks a running orbnode", "orbctl"};
  Line line;
  Describe(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return static_cast<int>(Execute(app, line));
}

}  // namespace
}  // namespace orbctl

int main(int argc, char** argv) {
  try {
    return orbctl::Main(argc, argv);
  } catch (const std::exception& error) {  // Libraries throw, for example when memory is short.
    std::cerr << "orbctl: internal error: " << error.what() << '\n';
    return static_cast<int>(orbctl::ExitCode::kInternal);
  }
}
