// Histories for tests: written by hand line by line, or drawn: clients that overlap use true objects one effect at a time, so the
// history is linearizable unless somebody lies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "sim/history/check.h"

namespace tests {

inline sim::HistoryVerdict Judge(const std::string& text, std::string_view model,
                                 uint64_t configurations = 4'000'000) {
  sim::SearchBudget budget;
  budget.configurations = configurations;
  auto verdict = sim::CheckHistory(text, "h", model, budget);
  if (verdict.ok()) return *std::move(verdict);
  sim::HistoryVerdict bad;
  bad.line = std::string(core::MessageOf(verdict.status()));
  return bad;
}

struct HistoryShape {
  std::string model = "register";
  int processes = 3;
  int calls = 8;
  int keys = 1;
  int lies_percent = 0;  // Of the answers.
  int lost_percent = 0;  // Of the calls that end with info, whether they took effect or not.
  int fail_percent = 0;  // Of the calls that end with fail and without effect.
  int values = 3;        // That clients choose from.
};

class DrawnHistory {
 public:
  DrawnHistory(const HistoryShape& shape, uint64_t seed)
      : shape_(shape), random_({.seed = seed, .purpose = core::Purpose::kTest}) {
    running_.resize(static_cast<size_t>(shape.processes));
    while (begun_ < shape_.calls || Busy()) StepOne();
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Object {
    std::string value = "null";
    std::string text;
    std::vector<std::string> contents = {"null"};  // JSON, by revision.
  };

  struct Running {
    std::string function;
    int key = 0;
    std::string argument;             // JSON; "" for none.
    std::vector<uint64_t> drawn;      // What the argument is made of.
    std::optional<std::string> told;  // The end of the ok line, once it took effect.
  };

  [[nodiscard]] bool Busy() const {
    for (const auto& one : running_) {
      if (one.has_value()) return true;
    }
    return false;
  }

  bool Percent(int percent) { return random_.Chance({static_cast<uint64_t>(percent), 100}); }

  uint64_t Draw(uint64_t bound) { return random_.Below(bound); }

  std::string Word() {
    const uint64_t number = Draw(static_cast<uint64_t>(shape_.values));
    return std::string("\"") + static_cast<char>('a' + number % 26) +
           (number < 26 ? "" : std::to_string(number / 26)) + "\"";
  }

  void StepOne() {
    const size_t process = Draw(running_.size());
    auto& running = running_[process];
    if (!running.has_value()) {
      if (begun_ < shape_.calls) Begin(process);
      return;
    }
    if (!running->told.has_value() && Percent(shape_.fail_percent)) return End(process, "fail", "");
    if (Percent(shape_.lost_percent)) return End(process, "info", "");
    if (!running->told.has_value()) {
      running->told = Effect(*running);
      return;
    }
    End(process, "ok", Percent(shape_.lies_percent) ? Lie(*running) : *running->told);
  }

  void Begin(size_t process) {
    ++begun_;
    Running call;
    call.key = static_cast<int>(Draw(static_cast<uint64_t>(shape_.keys)));
    const uint64_t which = Draw(3);
    if (shape_.model == "register") {
      constexpr const char* kNames[] = {"read", "write", "cas"};
      call.function = kNames[which];
      call.drawn = {Draw(static_cast<uint64_t>(shape_.values)), 0};
      call.drawn[1] = Draw(static_cast<uint64_t>(shape_.values));
      if (which == 1) call.argument = std::to_string(call.drawn[0]);
      if (which == 2)
        call.argument =
            "[" + std::to_string(call.drawn[0]) + "," + std::to_string(call.drawn[1]) + "]";
    } else if (shape_.model == "kv") {
      constexpr const char* kNames[] = {"get", "put", "append"};
      call.function = kNames[which];
      if (which > 0) call.argument = Word();
    } else {
      BeginBlock(call);
    }
    Line(process, call, "invoke", call.argument.empty() ? "" : ",\"value\":" + call.argument);
    running_[process] = call;
  }

  // A base that was true when the call began, or one that is older.
  void BeginBlock(Running& call) {
    constexpr const char* kNames[] = {"get_revision", "get", "put", "put", "delete"};
    call.function = kNames[Draw(5)];
    if (call.function == "get_revision") return;
    const uint64_t latest = objects_[call.key].contents.size() - 1;
    const uint64_t back = Draw(3) == 0 ? Draw(latest + 1) : 0;
    call.drawn = {latest - back};
    if (call.function == "get" && back == 0) return;
    call.argument = "{\"revision\":" + std::to_string(latest - back);
    if (call.function == "put") call.argument += ",\"content\":" + Word();
    call.argument += "}";
  }

  std::string Effect(const Running& call) {
    Object& object = objects_[call.key];
    if (call.function == "read") return ",\"value\":" + object.value;
    if (call.function == "write") object.value = call.argument;
    if (call.function == "cas") {
      const bool swaps = object.value == std::to_string(call.drawn[0]);
      if (swaps) object.value = std::to_string(call.drawn[1]);
      return std::string(",\"result\":") + (swaps ? "true" : "false");
    }
    if (shape_.model == "block") return BlockEffect(call, object);
    if (call.function == "get") return ",\"value\":\"" + object.text + "\"";
    const std::string word =
        call.argument.empty() ? "" : call.argument.substr(1, call.argument.size() - 2);
    if (call.function == "put") object.text = word;
    if (call.function == "append") object.text += word;
    return "";
  }

  static std::string Answer(const char* name, size_t revision, const std::string& content) {
    return std::string(",\"result\":{\"") + name + "\":" + std::to_string(revision) +
           (content.empty() ? "" : ",\"content\":" + content) + "}";
  }

  static std::string BlockEffect(const Running& call, Object& object) {
    const size_t latest = object.contents.size() - 1;
    if (call.function == "get_revision") return Answer("revision", latest, object.contents[latest]);
    if (call.function == "get") {
      const size_t found = call.argument.empty() ? latest : std::min<size_t>(call.drawn[0], latest);
      return Answer("revision", found, object.contents[found]);
    }
    const size_t at = call.argument.find("\"content\":");
    const std::string content = at == std::string::npos
                                    ? "null"
                                    : call.argument.substr(at + 10, call.argument.size() - at - 11);
    const size_t base = call.drawn[0];
    if (base == latest) {
      object.contents.push_back(content);
    } else if (base + 1 != latest || object.contents[latest] != content) {
      return Answer("latest", latest, object.contents[latest]);
    }
    return Answer("revision", base + 1, "");
  }

  std::string Lie(const Running& call) {
    const std::string word = Word();
    const uint64_t number = Draw(4);
    if (call.function == "read") return ",\"value\":" + std::to_string(number);
    if (call.function == "cas")
      return std::string(",\"result\":") + (number > 1 ? "true" : "false");
    if (shape_.model == "kv") return call.function == "get" ? ",\"value\":" + word : "";
    if (call.function == "get" && number == 0) return ",\"result\":\"absent\"";
    if (call.function == "get" && number == 1) return ",\"result\":\"expired\"";
    if (shape_.model != "block") return "";
    const bool reads = call.function == "get" || call.function == "get_revision";
    return Answer(reads || number > 1 ? "revision" : "latest", number, reads ? word : "");
  }

  void End(size_t process, const char* type, const std::string& rest) {
    Line(process, *running_[process], type, rest);
    running_[process].reset();
  }

  void Line(size_t process, const Running& call, const char* type, const std::string& rest) {
    text_ += "{\"process\":" + std::to_string(process) + ",\"type\":\"" + type + "\",\"f\":\"" +
             call.function + "\",\"key\":" + std::to_string(call.key) + rest + "}\n";
  }

  HistoryShape shape_;
  core::Random random_;
  std::map<int, Object> objects_;
  std::vector<std::optional<Running>> running_;
  int begun_ = 0;
  std::string text_;
};

}  // namespace tests
