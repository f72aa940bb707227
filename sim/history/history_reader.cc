#include "sim/history/history_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "core/base/flat_table.h"
#include "sim/history/text_index.h"
#include "sim/scenario/json_reader.h"

namespace sim {
namespace {

constexpr std::array<std::string_view, 8> kMembers = {"process", "type",   "f",    "key",
                                                      "value",   "result", "time", "error"};
constexpr std::array<std::string_view, 4> kTypes = {"invoke", "ok", "fail", "info"};

enum Type : uint8_t { kInvoke, kOk, kFail, kInfo, kNoType };

struct Line {
  FilePosition at;
  Type type = kNoType;
  uint64_t process = 0;
  std::string function;
  std::optional<std::string> key;  // As compact JSON.
  FilePosition key_at;
  std::optional<JsonValue> value;
  std::optional<JsonValue> result;
  std::optional<uint64_t> time;
  FilePosition time_at;
};

bool Natural(const JsonValue& value, uint64_t& number) {
  if (value.kind != JsonValue::Kind::kInteger) return false;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  return error == std::errc() && stop == end;
}

// Takes the members of one line apart.
class LineReader {
 public:
  LineReader(JsonValue object, Findings& findings)
      : object_(std::move(object)), findings_(findings) {}

  Line Read() {
    line_.at = object_.at;
    if (object_.kind != JsonValue::Kind::kObject) {
      findings_.Add({object_.at, "", DescribeValue(object_), "an object", ""});
      return std::move(line_);
    }
    RefuseUnknown();
    ReadNatural("process", true);
    ReadType();
    if (const JsonValue* function = Required("f")) {
      if (Is(*function, "f", JsonValue::Kind::kText, "a text")) line_.function = function->text;
    }
    ReadKey();
    ReadNatural("time", false);
    if (const JsonValue* error = object_.Find("error"))
      (void)Is(*error, "error", JsonValue::Kind::kText, "a text");
    if (JsonValue* value = object_.Find("value")) line_.value = std::move(*value);
    ReadResult();
    return std::move(line_);
  }

 private:
  void RefuseUnknown() {
    for (const JsonKey& key : object_.keys) {
      if (std::find(kMembers.begin(), kMembers.end(), key.name) != kMembers.end()) continue;
      findings_.Add(
          {key.at, key.name, "an unknown key", QuotedList(kMembers), Nearest(key.name, kMembers)});
    }
  }

  const JsonValue* Required(const char* name) {
    const JsonValue* member = object_.Find(name);
    if (member == nullptr) {
      findings_.Add({object_.at, name, "nothing", "the member \"" + std::string(name) + "\"", ""});
    }
    return member;
  }

  bool Is(const JsonValue& value, const char* name, JsonValue::Kind kind, const char* allowed) {
    if (value.kind == kind) return true;
    findings_.Add({value.at, name, DescribeValue(value), allowed, ""});
    return false;
  }

  void ReadNatural(const char* name, bool required) {
    const JsonValue* member = required ? Required(name) : object_.Find(name);
    if (member == nullptr) return;
    uint64_t number = 0;
    if (!Natural(*member, number)) {
      findings_.Add({member->at, name, DescribeValue(*member), "a natural number below 2^64", ""});
      return;
    }
    if (required) {
      line_.process = number;
    } else {
      line_.time = number;
      line_.time_at = member->at;
    }
  }

  void ReadType() {
    const JsonValue* type = Required("type");
    if (type == nullptr) return;
    const auto known = std::find(kTypes.begin(), kTypes.end(), type->text);
    if (type->kind == JsonValue::Kind::kText && known != kTypes.end()) {
      line_.type = static_cast<Type>(known - kTypes.begin());
      return;
    }
    findings_.Add({type->at, "type", DescribeValue(*type), QuotedList(kTypes),
                   type->kind == JsonValue::Kind::kText ? Nearest(type->text, kTypes) : ""});
  }

  void ReadKey() {
    const JsonValue* key = object_.Find("key");
    if (key == nullptr) return;
    if (key->kind != JsonValue::Kind::kText && key->kind != JsonValue::Kind::kInteger) {
      findings_.Add({key->at, "key", DescribeValue(*key), "a text or an integer", ""});
      return;
    }
    line_.key = CanonicalJson(*key);
    line_.key_at = key->at;
  }

  void ReadResult() {
    JsonValue* result = object_.Find("result");
    if (result == nullptr) return;
    if (line_.type != kOk && line_.type != kNoType) {
      findings_.Add({result->at, "result", "a result on a line that is no ok",
                     "a result on ok lines only", ""});
    }
    line_.result = std::move(*result);
  }

  JsonValue object_;
  Findings& findings_;
  Line line_;
};

// Pairs lines into calls.
class Pairing {
 public:
  explicit Pairing(Findings& findings) : findings_(findings) {}

  void Add(Line line) {
    CheckTime(line);
    const uint32_t* open = open_.Find(line.process);
    if (line.type == kInvoke) {
      if (open != nullptr) {
        Refuse(line.at, "process",
               "an invoke of process " + std::to_string(line.process) + ", whose invoke of line " +
                   std::to_string(history_.calls[*open].invoked) + " has not ended",
               "its ok, fail or info first");
        return;
      }
      Begin(std::move(line));
    } else if (open == nullptr) {
      Refuse(line.at, "type",
             "an " + std::string(kTypes[line.type]) + " of process " +
                 std::to_string(line.process) + " without an open invoke",
             "an invoke of this process before it");
    } else {
      End(std::move(line), history_.calls[*open]);
    }
  }

  History Take() { return std::move(history_); }

 private:
  void Refuse(FilePosition at, const char* path, std::string found, std::string allowed) {
    findings_.Add({at, path, std::move(found), std::move(allowed), ""});
  }

  void CheckTime(const Line& line) {
    if (!line.time.has_value()) return;
    if (*line.time < time_) {
      Refuse(line.time_at, "time",
             "the time " + std::to_string(*line.time) + " after the time " + std::to_string(time_) +
                 " of line " + std::to_string(time_line_),
             "lines in real-time order");
    }
    time_ = *line.time;
    time_line_ = line.at.line;
  }

  void Begin(Line line) {
    Call call;
    call.process = line.process;
    call.key = keys_.IndexOf(line.key.value_or(""));
    if (call.key == history_.keys.size()) history_.keys.push_back(line.key.value_or(""));
    call.invoked = line.at.line;
    call.function = std::move(line.function);
    call.argument = std::move(line.value);
    *open_.Insert(call.process).first = static_cast<uint32_t>(history_.calls.size());
    history_.calls.push_back(std::move(call));
  }

  void End(Line line, Call& call) {
    const std::string invoke = " of the invoke in line " + std::to_string(call.invoked);
    if (line.function != call.function) {
      Refuse(line.at, "f", Quoted(line.function), Quoted(call.function) + ", the f" + invoke);
    }
    if (line.key.has_value() && *line.key != history_.keys[call.key]) {
      const std::string& key = history_.keys[call.key];
      Refuse(line.key_at, "key", *line.key,
             key.empty() ? "no key, as on the invoke in line " + std::to_string(call.invoked)
                         : key + ", the key" + invoke);
    }
    call.ended = line.at.line;
    call.outcome = line.type == kOk     ? Call::Outcome::kOk
                   : line.type == kFail ? Call::Outcome::kFailed
                                        : Call::Outcome::kUnknown;
    // What a fail or an info repeats proves nothing.
    if (line.type == kOk) {
      call.answer = std::move(line.value);
      call.result = std::move(line.result);
    }
    open_.Erase(line.process);
  }

  Findings& findings_;
  History history_;
  TextIndex keys_;
  core::FlatTable<uint64_t, uint32_t> open_;  // Call of each process that waits.
  uint64_t time_ = 0;
  uint32_t time_line_ = 0;
};

bool ReadLine(std::string_view text, FilePosition at, const HistoryLimits& limits, Pairing& pairing,
              Findings& findings) {
  const auto refuse = [&](std::string found, std::string allowed) {
    findings.Add({at, "", std::move(found), std::move(allowed), ""});
    return false;
  };
  if (at.line > limits.lines_max) {
    return refuse("more than " + std::to_string(limits.lines_max) + " lines",
                  "a history with fewer lines");
  }
  if (text.size() > limits.line_bytes_max) {
    return refuse("a line of " + std::to_string(text.size()) + " bytes",
                  "at most " + std::to_string(limits.line_bytes_max) + " bytes");
  }
  if (text.find_first_not_of(" \t\r") == std::string_view::npos)
    return refuse("an empty line", "one JSON object on each line");
  auto value = ReadJson(text, at, findings);
  if (!findings.empty()) return false;
  Line line = LineReader(*std::move(value), findings).Read();
  if (!findings.empty()) return false;
  pairing.Add(std::move(line));
  return findings.empty();
}

}  // namespace

std::optional<History> ReadHistory(std::string_view text, Findings& findings,
                                   const HistoryLimits& limits) {
  Pairing pairing(findings);
  FilePosition at{0, 0, 1};
  if (text.empty()) findings.Add({{}, "", "an empty file", "at least one line", ""});
  while (!text.empty()) {
    ++at.line;
    const size_t end = std::min(text.find('\n'), text.size());
    if (!ReadLine(text.substr(0, end), at, limits, pairing, findings)) break;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!findings.empty()) return std::nullopt;
  return pairing.Take();
}

}  // namespace sim
