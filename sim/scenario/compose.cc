#include "sim/scenario/compose.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "sim/scenario/conform.h"
#include "sim/scenario/json_path.h"
#include "sim/scenario/json_reader.h"
#include "sim/scenario/utf8.h"

namespace sim {
namespace {

bool ChoosesAnother(const JsonValue& base, const JsonValue& over) {
  constexpr std::array<std::string_view, 3> kSelectors = {"model", "distribution", "mode"};
  return std::any_of(kSelectors.begin(), kSelectors.end(), [&](std::string_view key) {
    const JsonValue* chosen = over.Find(key);
    const JsonValue* before = base.Find(key);
    return chosen != nullptr && (before == nullptr || before->text != chosen->text);
  });
}

std::string ReadFailure(const core::Status& status, const std::string& shown) {
  if (absl::IsNotFound(status)) return "no file " + Quoted(shown);
  if (absl::IsResourceExhausted(status))
    return "the file " + Quoted(shown) + " with more than 64 MiB";
  return "the file " + Quoted(shown) + ", which cannot be read";
}

const KeyRow& UseRow() {
  return *std::find_if(kScenarioTable.rows.begin(), kScenarioTable.rows.end(),
                       [](const KeyRow& row) { return row.key == "use"; });
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): as deep as json_reader.h lets a file nest.
void MergeJson(JsonValue& base, JsonValue over) {
  if (base.kind != JsonValue::Kind::kObject || over.kind != JsonValue::Kind::kObject ||
      ChoosesAnother(base, over)) {
    base = std::move(over);
    return;
  }
  base.at = over.at;
  for (size_t i = 0; i < over.keys.size(); ++i) {
    JsonValue* below = base.Find(over.keys[i].name);
    if (below != nullptr) {
      MergeJson(*below, std::move(over.items[i]));
      base.keys[static_cast<size_t>(below - base.items.data())].at = over.keys[i].at;
    } else {
      base.keys.push_back(std::move(over.keys[i]));
      base.items.push_back(std::move(over.items[i]));
    }
  }
}

Composer::Composer(std::string path, FileReader& files, Findings& findings)
    : path_(std::move(path)), files_(files), findings_(findings) {}

uint32_t Composer::AddSource(std::string shown, std::string folder) {
  folders_.push_back(std::move(folder));
  return findings_.AddSource(std::move(shown));
}

std::string Composer::ShownName(const std::string& name) const {
  return ResolvePath(FolderOf(path_), name);
}

std::optional<JsonValue> Composer::Compose(std::string_view top_content) {
  const uint32_t source = AddSource(path_, "");
  const std::string name = std::string(path_).substr(FolderOf(path_).size());
  return Parse(top_content, source, name);
}

// NOLINTNEXTLINE(misc-no-recursion): at most kFilesMax deep.
std::optional<JsonValue> Composer::Parse(std::string_view content, uint32_t source,
                                         const std::string& name) {
  ++files_read_;
  auto value = ReadJson(content, {source, 1, 1}, findings_);
  if (!value.has_value()) return std::nullopt;
  if (value->kind != JsonValue::Kind::kObject) {
    findings_.Add({value->at, "", DescribeValue(*value), "an object", ""});
    return std::nullopt;
  }
  if (!MergeUsed(*value, name)) return std::nullopt;
  return value;
}

// NOLINTNEXTLINE(misc-no-recursion): at most kFilesMax deep.
bool Composer::MergeUsed(JsonValue& value, const std::string& name) {
  JsonValue* use = value.Find("use");
  if (use == nullptr) return true;
  ConformKey(*use, UseRow(), "use", {findings_, folders_});
  open_.push_back(name);
  JsonValue merged;
  merged.kind = JsonValue::Kind::kObject;
  bool complete = use->good;
  for (size_t i = 0; complete && i < use->items.size(); ++i) {
    complete = use->items[i].good && UseFile(use->items[i], Join("use", i), merged);
  }
  open_.pop_back();
  value.Erase("use");
  MergeJson(merged, std::move(value));
  value = std::move(merged);
  return complete;
}

// NOLINTNEXTLINE(misc-no-recursion): at most kFilesMax deep.
bool Composer::UseFile(const JsonValue& file, const std::string& path, JsonValue& merged) {
  const std::string& name = file.text;
  if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
    findings_.Add({file.at, path, Quoted(name) + ", which uses this file in turn",
                   "files that do not use each other in a circle", ""});
    return false;
  }
  if (files_read_ >= kFilesMax) {
    findings_.Add({file.at, path, absl::StrCat("more than ", kFilesMax, " files"),
                   absl::StrCat("at most ", kFilesMax, " files in one scenario"), ""});
    return false;
  }
  const auto content = ReadData(name, file.at, path);
  if (!content.has_value()) return false;
  const uint32_t source = AddSource(ShownName(name), FolderOf(name));
  auto used = Parse(*content, source, name);
  if (!used.has_value()) return false;
  MergeJson(merged, std::move(*used));
  return true;
}

std::optional<std::string> Composer::ReadData(const std::string& name, FilePosition at,
                                              const std::string& json_path) {
  const std::string shown = ShownName(name);
  auto content = files_.Read(shown, kFileBytesMax);
  if (content.ok()) return std::move(content).value();
  findings_.Add({at, json_path, ReadFailure(content.status(), shown),
                 "a readable file of at most 64 MiB", ""});
  return std::nullopt;
}

void Composer::Override(JsonValue& top, const std::string& path, const std::string& value) {
  const uint32_t source = AddSource(absl::StrCat("--set ", VisibleText(path)), "");
  const FilePosition at{source, 1, 1};
  if (!IsUtf8(path) || !IsUtf8(value)) {
    findings_.Add(
        {at, "", Quoted(IsUtf8(path) ? value : path) + ", which is not UTF-8", "valid UTF-8", ""});
    return;
  }
  JsonValue* target = FindOrMake(top, path, at, findings_);
  if (target == nullptr) return;
  Findings ignored;
  for (uint32_t i = 0; i <= source; ++i) (void)ignored.AddSource("");
  auto parsed = ReadJson(value, at, ignored);
  if (parsed.has_value() && ignored.empty()) {
    *target = std::move(*parsed);
    return;
  }
  *target = JsonValue();
  target->kind = JsonValue::Kind::kText;
  target->at = at;
  target->text = value;
}

void Composer::Plant(JsonValue& top, const std::vector<std::string>& bugs) {
  const FilePosition at{AddSource("--plant", ""), 1, 1};
  JsonValue list;
  list.kind = JsonValue::Kind::kList;
  list.at = at;
  for (const std::string& bug : bugs) {
    JsonValue& name = list.items.emplace_back();
    name.kind = JsonValue::Kind::kText;
    name.at = at;
    name.text = bug;
  }
  *FindOrMake(top, "plant", at, findings_) = std::move(list);
}

}  // namespace sim
