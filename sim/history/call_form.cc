#include "sim/history/call_form.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sim {
namespace {

bool IsNull(const std::optional<JsonValue>& value) {
  return !value.has_value() || value->kind == JsonValue::Kind::kNull;
}

}  // namespace

void CallForm::Refuse(const std::optional<JsonValue>& value, uint32_t line, const char* path,
                      std::string allowed) {
  good_ = false;
  findings_.Add({value.has_value() ? value->at : FilePosition{0, line, 1}, path,
                 value.has_value() ? DescribeValue(*value) : "nothing", std::move(allowed), ""});
}

void CallForm::Refuse(const JsonValue& value, std::string path, std::string allowed) {
  good_ = false;
  findings_.Add({value.at, std::move(path), DescribeValue(value), std::move(allowed), ""});
}

void CallForm::RefuseMissing(const JsonValue& object, std::string path, std::string allowed) {
  good_ = false;
  findings_.Add({object.at, std::move(path), "nothing", std::move(allowed), ""});
}

void CallForm::NoArgument() {
  if (!IsNull(call_.argument))
    RefuseArgument("no value on the invoke line of " + Quoted(call_.function));
}

void CallForm::NoResult() {
  if (!IsNull(call_.result)) RefuseResult("no result for " + Quoted(call_.function));
}

void CallForm::SameValue() {
  if (IsNull(call_.answer)) return;
  if (call_.argument.has_value() && CanonicalJson(*call_.answer) == CanonicalJson(*call_.argument))
    return;
  RefuseAnswer("no value, or that of the invoke in line " + std::to_string(call_.invoked));
}

uint32_t CallForm::Natural(const JsonValue& object, const std::string& path, const char* name) {
  const JsonValue* member = object.Find(name);
  const std::string where = path + "." + name;
  if (member == nullptr) {
    RefuseMissing(object, where, "a natural number below 2^31");
    return 0;
  }
  uint32_t number = 0;
  const char* end = member->text.data() + member->text.size();
  const auto [stop, error] = std::from_chars(member->text.data(), end, number);
  if (member->kind == JsonValue::Kind::kInteger && error == std::errc() && stop == end &&
      number < uint32_t{1} << 31) {
    return number;
  }
  Refuse(*member, where, "a natural number below 2^31");
  return 0;
}

void CallForm::Members(const JsonValue& object, const std::string& path,
                       std::span<const std::string_view> names) {
  for (const JsonKey& key : object.keys) {
    if (std::find(names.begin(), names.end(), key.name) != names.end()) continue;
    good_ = false;
    findings_.Add({key.at, path + "." + key.name, "an unknown key", QuotedList(names),
                   Nearest(key.name, names)});
  }
}

}  // namespace sim
