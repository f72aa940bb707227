#include "sim/scenario/adversary_binding.h"

#include <algorithm>

#include "sim/scenario/allowed.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

KeyKind RowKind(const OptionName& option) {
  switch (option.kind) {
    case OptionName::Kind::kFlag:
      return KeyKind::kFlag;
    case OptionName::Kind::kCount:
      return KeyKind::kInteger;
    case OptionName::Kind::kQuantity:
      return KindOf(option.measure);
    case OptionName::Kind::kWord:
      return KeyKind::kWord;
    case OptionName::Kind::kTopic:
      return KeyKind::kTopic;
  }
  return KeyKind::kInteger;
}

std::string TextOf(const JsonValue& value, const OptionName& option) {
  switch (option.kind) {
    case OptionName::Kind::kFlag:
      return value.flag ? "true" : "false";
    case OptionName::Kind::kWord:
    case OptionName::Kind::kTopic:
      return value.text;
    default:
      return std::to_string(value.number);
  }
}

// Options are checked by a row made from the vocabulary, so their messages read like all others.
void BindOption(JsonValue value, const OptionName& option, const std::string& path,
                Findings& findings, AdversarySpec& spec) {
  std::vector<KeyWord> words;
  for (const std::string& word : option.words) words.push_back({word, ""});
  const KeyRow row = {.key = option.name,
                      .kind = RowKind(option),
                      .low = option.low,
                      .high = option.high,
                      .words = words};
  const std::vector<std::string> folders;
  ConformKey(value, row, path, {findings, folders});
  if (value.good) spec.options[option.name] = TextOf(value, option);
}

void BindOptions(const JsonValue& options, const AdversaryName& role, const std::string& path,
                 Findings& findings, AdversarySpec& spec) {
  std::vector<std::string_view> known;
  for (const OptionName& option : role.options) known.push_back(option.name);
  for (size_t i = 0; i < options.keys.size(); ++i) {
    const JsonKey& key = options.keys[i];
    const auto option =
        std::find_if(role.options.begin(), role.options.end(),
                     [&](const OptionName& candidate) { return candidate.name == key.name; });
    if (option != role.options.end()) {
      BindOption(options.items[i], *option, Join(path, key.name), findings, spec);
      continue;
    }
    findings.Add({key.at, Join(path, key.name), "the unknown option " + Quoted(key.name),
                  QuotedList(known), Nearest(key.name, known)});
  }
}

}  // namespace

AdversarySpec BindAdversary(const JsonValue& value, const std::string& path,
                            const Vocabulary& vocabulary, Findings& findings) {
  AdversarySpec spec;
  Read(value, "role", spec.role);
  Read(value, "rate", spec.rate);
  const JsonValue* role = Good(value, "role");
  if (role == nullptr) return spec;
  std::vector<std::string_view> known;
  for (const AdversaryName& name : vocabulary.adversaries) {
    known.push_back(name.name);
    if (name.name != spec.role) continue;
    if (const JsonValue* options = Good(value, "options")) {
      BindOptions(*options, name, Join(path, "options"), findings, spec);
    }
    return spec;
  }
  findings.Add({role->at, Join(path, "role"), "the unknown adversary " + Quoted(spec.role),
                QuotedList(known), Nearest(spec.role, known)});
  return spec;
}

}  // namespace sim
