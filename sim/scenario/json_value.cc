#include "sim/scenario/json_value.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace sim {
namespace {

void AppendText(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      absl::StrAppend(&out, "\\u", absl::Hex(byte, absl::kZeroPad4));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::vector<size_t> SortedOrder(const JsonValue& object) {
  std::vector<size_t> order(object.keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return object.keys[a].name < object.keys[b].name; });
  return order;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
void Append(const JsonValue& value, std::string& out) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      out += "null";
      return;
    case JsonValue::Kind::kFlag:
      out += value.flag ? "true" : "false";
      return;
    case JsonValue::Kind::kInteger:
    case JsonValue::Kind::kFraction:
      out += value.text == "-0" ? "0" : value.text;
      return;
    case JsonValue::Kind::kText:
      AppendText(value.text, out);
      return;
    case JsonValue::Kind::kList:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        Append(value.items[i], out);
      }
      out += ']';
      return;
    case JsonValue::Kind::kObject:
      out += '{';
      for (const size_t i : SortedOrder(value)) {
        if (out.back() != '{') out += ',';
        AppendText(value.keys[i].name, out);
        out += ':';
        Append(value.items[i], out);
      }
      out += '}';
      return;
  }
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view key) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name == key) return &items[i];
  }
  return nullptr;
}

JsonValue* JsonValue::Find(std::string_view key) {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name == key) return &items[i];
  }
  return nullptr;
}

void JsonValue::Erase(std::string_view key) {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name != key) continue;
    keys.erase(keys.begin() + static_cast<ptrdiff_t>(i));
    items.erase(items.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

std::string DescribeValue(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kFlag:
      return value.flag ? "true" : "false";
    case JsonValue::Kind::kInteger:
      return "the integer " + value.text.substr(0, 40);
    case JsonValue::Kind::kFraction:
      return "the fraction " + value.text.substr(0, 40);
    case JsonValue::Kind::kText:
      return Quoted(value.text);
    case JsonValue::Kind::kList:
      return "a list";
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "nothing";
}

std::string CanonicalJson(const JsonValue& value) {
  std::string out;
  Append(value, out);
  return out;
}

}  // namespace sim
