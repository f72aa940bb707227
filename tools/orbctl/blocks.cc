#include "tools/orbctl/blocks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/codec/limits.h"
#include "node/base/visible_text.h"
#include "node/config/quantity.h"
#include "tools/orbctl/tables.h"

namespace orbctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 5> kCommands = {"put", "get", "rev", "delete", "transact"};
constexpr size_t kWritesFileMax = size_t{1536} << 10;  // As the node takes.

struct End {
  std::string_view outcome;  // Of the control protocol.
  ExitCode code;
  std::string_view meaning;
};

constexpr std::array<End, 12> kEnds = {{
    {"committed", ExitCode::kDone, ""},
    {"found", ExitCode::kDone, ""},
    {"absent", ExitCode::kAbsent, "the block was never written"},
    {"deleted", ExitCode::kAbsent, "the block was deleted"},
    {"expired", ExitCode::kExpired, "that revision is no longer kept"},
    {"stale", ExitCode::kStale, "the base is not the latest revision; nothing was written"},
    {"conflict", ExitCode::kConflict,
     "others were faster each time; nothing was written, try again"},
    {"rejected", ExitCode::kRejected, "refused for good; nothing was written"},
    {"no_room", ExitCode::kRejected,
     "the nodes that keep this block have no room for the value; nothing was written, try again "
     "when the rings have room"},
    {"unavailable", ExitCode::kUnavailable, "too few nodes answered; nothing was written"},
    {"in_doubt", ExitCode::kInDoubt,
     "the write may take effect later, or never; read the block before trying again"},
    {"unknown", ExitCode::kInternal, "the node is of another version"},
}};

const End& EndOf(const Json& result) {
  const std::string outcome = result.value("outcome", "unknown");
  const auto* const found = std::find_if(kEnds.begin(), kEnds.end() - 1,
                                         [&](const End& end) { return end.outcome == outcome; });
  return *found;
}

bool Writes(std::string_view command) {
  return command == "put" || command == "delete" || command == "transact";
}

// Of at most max bytes.
core::StatusOr<std::string> ReadContent(const std::string& file, size_t max) {
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : opened;
  std::string content(max + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.bad() || (file != "-" && !opened.is_open())) {
    return core::InvalidArgument(file + ": cannot be read");
  }
  content.resize(static_cast<size_t>(in.gcount()));
  if (content.size() <= max) return content;
  return core::InvalidArgument(file + ": found more than " + std::to_string(max) +
                               " bytes, allowed at most that");
}

core::StatusOr<std::string> ValueOf(const BlockLine& line) {
  if (!line.value.has_value()) {
    return ReadContent(line.file.empty() ? "-" : line.file, core::limits::kBlockBytesMax);
  }
  if (line.value->size() <= core::limits::kBlockBytesMax) return *line.value;
  return core::InvalidArgument("VALUE: found " + std::to_string(line.value->size()) +
                               " bytes, allowed at most " +
                               std::to_string(core::limits::kBlockBytesMax));
}

core::StatusOr<Json> WritesOf(const BlockLine& line) {
  ASSIGN_OR_RETURN(const std::string text, ReadContent(line.file, kWritesFileMax));
  Json params = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (params.is_object()) return params;
  return core::InvalidArgument(line.file + ": found no JSON object, allowed {\"writes\": [...]}");
}

// But for the base, which may have to be asked for.
core::StatusOr<Json> ParamsOf(const std::string& command, const BlockLine& line) {
  if (command == "transact") return WritesOf(line);
  Json params = {{"block", line.block}};
  if (line.revision.has_value()) params["revision"] = *line.revision;
  if (command == "put") {
    ASSIGN_OR_RETURN(const std::string value, ValueOf(line));
    params["value"] = core::ToBase64(value);
  }
  return params;
}

core::StatusOr<std::optional<Clock::time_point>> UntilOf(const BlockLine& line) {
  if (line.timeout.empty()) return std::optional<Clock::time_point>();
  const auto us = node::ParseQuantity(line.timeout, node::DurationUnits());
  if (us.has_value()) return std::optional(Clock::now() + std::chrono::microseconds(*us));
  return core::InvalidArgument("--timeout: found " + node::Quoted(line.timeout) +
                               ", allowed a duration such as \"30s\"");
}

// The end of a call as the node told it, or what is left to say when it did not.
class Call {
 public:
  Call(ControlClient& client, std::optional<Clock::time_point> until)
      : client_(&client), until_(until) {}

  // False: there is no end to be shown; `code` says why, and it has been said.
  [[nodiscard]] bool Make(const std::string& command, const Json& params) {
    const auto id = client_->Begin(command, params);
    if (!id.ok()) return Fail(Complain(id.status()));
    auto reply = client_->Next(*id, until_);
    if (reply.ok() && reply->has_value()) {
      result_ = (*reply)->body;
      return !(*reply)->refused || Fail(Refused(result_));
    }
    if (!reply.ok() && !absl::IsUnavailable(reply.status())) return Fail(Complain(reply.status()));
    result_ = {{"outcome", Writes(command) ? "in_doubt" : "unavailable"}};
    return true;
  }

  [[nodiscard]] const Json& result() const { return result_; }

  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  bool Fail(ExitCode code) {
    code_ = code;
    return false;
  }

  ControlClient* client_;
  std::optional<Clock::time_point> until_;
  Json result_;
  ExitCode code_ = ExitCode::kInternal;
};

std::string RevisionText(const Json& result) {
  const auto found = result.find("revision");
  return found != result.end() && found->is_number_unsigned()
             ? std::to_string(found->get<uint64_t>())
             : "unknown";
}

ExitCode WriteContent(const BlockLine& line, const std::string& content) {
  if (line.output.empty()) {
    std::cout << content << std::flush;
    return ExitCode::kDone;
  }
  std::ofstream out(line.output, std::ios::binary);
  out << content << std::flush;
  return out.good() ? ExitCode::kDone
                    : Complain(ExitCode::kUsage, line.output + ": cannot be written");
}

ExitCode ShowDone(const std::string& command, const BlockLine& line, const Json& result) {
  if (command == "get") {
    const auto content = core::FromBase64(result.value("value", ""));
    if (content.has_value()) return WriteContent(line, *content);
    return Complain(ExitCode::kInternal, "the node's answer is no base64");
  }
  std::string hash;
  node::AppendUnquoted(result.value("hash", Json()).is_string() ? result.value("hash", "") : "-",
                       hash);
  std::cout << "revision " << RevisionText(result) << "  hash " << hash;
  if (Writes(command)) {
    std::cout << "  attempts " << result.value("attempts", int64_t{0}) << "  took "
              << SpanText(result.value("took_us", int64_t{0}));
  }
  std::cout << '\n';
  return ExitCode::kDone;
}

ExitCode Show(const std::string& command, const BlockLine& line, bool json, const Json& result) {
  const End& end = EndOf(result);
  if (json) {
    std::cout << result.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
    return end.code;
  }
  if (end.code == ExitCode::kDone) return ShowDone(command, line, result);
  std::string text = std::string(end.outcome) + ": " + std::string(end.meaning);
  const bool read = end.code == ExitCode::kUnavailable && !Writes(command);
  if (read) text = "unavailable: too few nodes answered";
  if (end.code == ExitCode::kStale || end.outcome == "deleted") {
    text += "; the latest revision is " + RevisionText(result);
  }
  return Complain(end.code, text);
}

void AddTimeout(CLI::App& command, BlockLine& line) {
  command.add_option("--timeout", line.timeout, "wait no longer than this")->type_name("SPAN");
}

CLI::App& AddCommand(CLI::App& app, BlockLine& line, const char* name, const char* about) {
  CLI::App* command = app.add_subcommand(name, about);
  command->add_option("BLOCK", line.block, "64 hexadecimal digits, or a name")
      ->type_name("BLOCK")
      ->required();
  AddTimeout(*command, line);
  return *command;
}

void AddBase(CLI::App& command, BlockLine& line) {
  command
      .add_option("--base", line.base, "the revision to build on; 0: none yet; default: the latest")
      ->type_name("N");
}

}  // namespace

void DescribeBlocks(CLI::App& app, BlockLine& line) {
  CLI::App& put = AddCommand(app, line, "put", "write a block");
  CLI::Option* value = put.add_option("VALUE", line.value, "the content; default: standard input")
                           ->type_name("VALUE");
  put.add_option("--file", line.file, "the file that holds the content; -: standard input")
      ->type_name("FILE")
      ->excludes(value);
  AddBase(put, line);
  CLI::App& get = AddCommand(app, line, "get", "read a block");
  get.add_option("--revision", line.revision, "the newest up to this; default: the latest")
      ->type_name("N");
  get.add_option("--output", line.output, "a file for the content; default: standard output")
      ->type_name("FILE");
  AddCommand(app, line, "rev", "show a block's latest revision");
  AddBase(AddCommand(app, line, "delete", "delete a block"), line);
  CLI::App* transact = app.add_subcommand("transact", "write several blocks, all or none");
  transact
      ->add_option("FILE", line.file,
                   "JSON, {\"writes\": [...]} as in the control protocol; -: standard input")
      ->type_name("FILE")
      ->required();
  AddTimeout(*transact, line);
}

bool IsBlockCommand(const CLI::App& app) {
  return std::any_of(kCommands.begin(), kCommands.end(),
                     [&](std::string_view name) { return app.got_subcommand(std::string(name)); });
}

ExitCode RunBlockCommand(const CLI::App& app, const BlockLine& line, bool json,
                         const Place& place) {
  const std::string command = app.get_subcommands().front()->get_name();
  auto params = ParamsOf(command, line);
  if (!params.ok()) return Complain(params.status());
  const auto until = UntilOf(line);
  if (!until.ok()) return Complain(until.status());
  auto client = ControlClient::Dial(place);
  if (!client.ok()) return Complain(client.status());
  Call call(*client, *until);
  const bool builds = command == "put" || command == "delete";
  if (builds && line.base.has_value()) (*params)["base"] = *line.base;
  if (builds && !line.base.has_value()) {
    if (!call.Make("rev", {{"block", line.block}})) return call.code();
    const Json latest = call.result().value("revision", Json());
    if (!latest.is_number()) return Show("rev", line, json, call.result());
    (*params)["base"] = latest;
  }
  if (!call.Make(command, *params)) return call.code();
  return Show(command, line, json, call.result());
}

}  // namespace orbctl
