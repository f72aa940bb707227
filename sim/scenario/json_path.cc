#include "sim/scenario/json_path.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "sim/scenario/json_reader.h"
#include "sim/scenario/quantity.h"

namespace sim {
namespace {

class Walk {
 public:
  Walk(std::string_view path, FilePosition at, Findings& findings)
      : path_(path), at_(at), findings_(findings) {}

  JsonValue* From(JsonValue& top) {
    JsonValue* value = &top;
    size_t steps = 0;
    while (value != nullptr && (next_ < path_.size() || steps == 0)) {
      if (++steps > kJsonDepthMax) return Refuse("a path that is too long", "at most 32 steps");
      const bool bracket = next_ < path_.size() && path_[next_] == '[';
      value = bracket ? ByIndex(*value) : ByKey(*value, steps == 1);
    }
    return value;
  }

 private:
  JsonValue* Refuse(std::string found, std::string allowed, std::string nearest = "") {
    std::string_view passed = path_.substr(0, next_);
    if (passed.ends_with('.')) passed.remove_suffix(1);
    findings_.Add(
        {at_, std::string(passed), std::move(found), std::move(allowed), std::move(nearest)});
    return nullptr;
  }

  JsonValue* ByIndex(JsonValue& value) {
    const size_t close = path_.find(']', next_);
    const std::string_view inside =
        close == std::string_view::npos ? "" : path_.substr(next_ + 1, close - next_ - 1);
    const auto index = ParseDecimal(inside, 1, /*truncate=*/false);
    if (!index.has_value() || *index < 0) {
      return Refuse(Quoted(path_.substr(next_)), "an index such as [0]");
    }
    if (value.kind != JsonValue::Kind::kList) return Refuse(DescribeValue(value), "a list");
    if (static_cast<size_t>(*index) >= value.items.size()) {
      return Refuse(absl::StrCat("the index ", *index, " in a list of ", value.items.size()),
                    "the index of an element, from 0");
    }
    next_ = close + 1;
    return &value.items[static_cast<size_t>(*index)];
  }

  JsonValue* ByKey(JsonValue& value, bool first) {
    if (!first) {
      if (path_[next_] != '.') return Refuse(Quoted(path_.substr(next_)), "\".\" or \"[\"");
      ++next_;
    }
    const size_t end = std::min(path_.find_first_of(".[", next_), path_.size());
    const std::string key(path_.substr(next_, end - next_));
    if (key.empty()) return Refuse("an empty key", "a path such as network.loss");
    if (value.kind == JsonValue::Kind::kList) return ByName(value, key, end);
    if (value.kind != JsonValue::Kind::kObject && value.kind != JsonValue::Kind::kNull) {
      return Refuse(DescribeValue(value), "an object or a list");
    }
    next_ = end;
    if (JsonValue* member = value.Find(key)) return member;
    value.kind = JsonValue::Kind::kObject;
    value.keys.push_back({key, at_});
    value.items.emplace_back().at = at_;
    return &value.items.back();
  }

  JsonValue* ByName(JsonValue& list, const std::string& name, size_t end) {
    std::vector<std::string_view> names;
    for (JsonValue& item : list.items) {
      const JsonValue* label = item.Find("name");
      if (label == nullptr || label->kind != JsonValue::Kind::kText) continue;
      if (label->text == name) {
        next_ = end;
        return &item;
      }
      names.push_back(label->text);
    }
    return Refuse("no element of the name " + Quoted(name), QuotedList(names),
                  Nearest(name, names));
  }

  std::string_view path_;
  size_t next_ = 0;
  FilePosition at_;
  Findings& findings_;
};

}  // namespace

JsonValue* FindOrMake(JsonValue& top, std::string_view path, FilePosition at, Findings& findings) {
  return Walk(path, at, findings).From(top);
}

}  // namespace sim
