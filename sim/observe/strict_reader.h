// StrictReader: reads JSON that a program wrote (capsules), and says what is wrong and where: file,
// line and column of a syntax error, else the path of the member, what was found, what is allowed.
//
// The first error sticks; reads after it give empty values. No exceptions. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/base/status.h"

namespace sim {

class StrictReader {
 public:
  using Json = nlohmann::json;

  // `name` is how errors call the input.
  explicit StrictReader(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] bool ok() const { return status_.ok(); }

  [[nodiscard]] const core::Status& status() const { return status_; }

  [[nodiscard]] Json Parse(std::string_view text);

  // Exactly these keys. REQUIRES of all below: `where` is the path of the object, "" for the root.
  void Keys(const Json& object, const std::string& where,
            std::initializer_list<std::string_view> keys);
  void Constant(const Json& object, const char* key, const std::string& value);
  void Version(const Json& object, const char* key, int version);

  [[nodiscard]] std::string Text(const Json& object, const std::string& where, const char* key);
  [[nodiscard]] int64_t Integer(const Json& object, const std::string& where, const char* key);
  [[nodiscard]] uint64_t Natural(const Json& object, const std::string& where, const char* key,
                                 uint64_t most);
  [[nodiscard]] bool Flag(const Json& object, const std::string& where, const char* key);
  // The member when it has the type, else an empty value.
  [[nodiscard]] const Json& Member(const Json& object, const std::string& where, const char* key,
                                   Json::value_t type);
  // 32 hex digits.
  [[nodiscard]] core::Fingerprint Hex(const std::string& text, const std::string& where);

  void Fail(const std::string& where, const std::string& found, const std::string& allowed);

 private:
  std::string name_;
  core::Status status_;
  Json empty_;
};

}  // namespace sim
