// CallForm: checks that the values of one call have the form that its model wants, and notes what has not.
//
// `good` is false after the first finding. Thread rule: one thread, for the duration of one Take.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/history/history.h"
#include "sim/scenario/findings.h"

namespace sim {

class CallForm {
 public:
  CallForm(const Call& call, Findings& findings) : call_(call), findings_(findings) {}

  [[nodiscard]] bool good() const { return good_; }

  [[nodiscard]] bool ended_ok() const { return call_.outcome == Call::Outcome::kOk; }

  // Notes what stands at `value` of line `line` against what is allowed.
  void Refuse(const std::optional<JsonValue>& value, uint32_t line, const char* path,
              std::string allowed);
  void Refuse(const JsonValue& value, std::string path, std::string allowed);
  // A member that `object` lacks.
  void RefuseMissing(const JsonValue& object, std::string path, std::string allowed);

  void RefuseArgument(std::string allowed) {
    Refuse(call_.argument, call_.invoked, "value", std::move(allowed));
  }

  void RefuseAnswer(std::string allowed) {
    Refuse(call_.answer, call_.ended, "value", std::move(allowed));
  }

  void RefuseResult(std::string allowed) {
    Refuse(call_.result, call_.ended, "result", std::move(allowed));
  }

  // The invoke line has no value, or null.
  void NoArgument();
  void NoResult();
  // The ok line has no value, null, or the value of the invoke line.
  void SameValue();

  // A member of an object that stands at `path`; a finding when it is missing or not natural.
  [[nodiscard]] uint32_t Natural(const JsonValue& object, const std::string& path,
                                 const char* name);
  // Only these members.
  void Members(const JsonValue& object, const std::string& path,
               std::span<const std::string_view> names);

 private:
  const Call& call_;
  Findings& findings_;
  bool good_ = true;
};

}  // namespace sim
