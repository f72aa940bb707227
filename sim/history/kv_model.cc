#include "sim/history/kv_model.h"

#include "sim/history/call_form.h"

namespace sim {
namespace {

constexpr uint64_t kBase = 0x9e3779b97f4a7c15;

bool IsText(const std::optional<JsonValue>& value) {
  return value.has_value() && value->kind == JsonValue::Kind::kText;
}

}  // namespace

KvModel::KvModel() : appended_(1) {
  (void)IndexOf("");
}

uint32_t KvModel::IndexOf(const std::string& text) {
  const uint32_t index = texts_.IndexOf(text);
  if (index < prints_.size()) return index;
  Print print;
  for (const char c : text) {
    print.hash = print.hash * kBase + static_cast<uint8_t>(c) + 1;
    print.power *= kBase;
  }
  print.bytes = text.size();
  prints_.push_back(print);
  return index;
}

Model::State KvModel::Append(State state, uint32_t text) {
  if (prints_[text].bytes == 0) return state;
  const auto [next, fresh] = successors_.Insert(uint64_t{state} << 32 | text);
  if (fresh) {
    *next = static_cast<State>(appended_.size());
    const Print& before = appended_[state].print;
    const Print& more = prints_[text];
    appended_.push_back({state,
                         text,
                         {before.hash * more.power + more.hash, before.power * more.power,
                          before.bytes + more.bytes}});
  }
  return *next;
}

std::string KvModel::TextOf(State state) const {
  std::vector<uint32_t> parts;
  for (; state != 0; state = appended_[state].prior) parts.push_back(appended_[state].text);
  std::string text;
  for (size_t i = parts.size(); i-- > 0;) text += texts_.TextOf(parts[i]);
  return text;
}

// The prints only save most comparisons.
bool KvModel::HasText(State state, uint32_t text) const {
  const Print& have = appended_[state].print;
  const Print& want = prints_[text];
  if (have.bytes != want.bytes || have.hash != want.hash) return false;
  std::string_view rest = texts_.TextOf(text);
  for (; state != 0; state = appended_[state].prior) {
    const std::string& end = texts_.TextOf(appended_[state].text);
    if (!rest.ends_with(end)) return false;
    rest.remove_suffix(end.size());
  }
  return rest.empty();
}

bool KvModel::Take(const Call& call, Findings& findings) {
  CallForm form(call, findings);
  Operation operation;
  operation.known = form.ended_ok();
  if (call.function == "get") {
    form.NoArgument();
    if (operation.known && !IsText(call.answer)) form.RefuseAnswer("the text that was read");
    if (IsText(call.answer)) operation.text = IndexOf(call.answer->text);
  } else if (call.function == "put" || call.function == "append") {
    operation.kind = call.function == "put" ? Kind::kPut : Kind::kAppend;
    form.SameValue();
    if (!IsText(call.argument)) form.RefuseArgument("a text");
    if (IsText(call.argument)) operation.text = IndexOf(call.argument->text);
  } else {
    RefuseFunction(call, "kv", findings);
    return false;
  }
  form.NoResult();
  operations_.push_back(operation);
  return form.good();
}

bool KvModel::Fits(uint32_t call, State state) const {
  const Operation& operation = operations_[call];
  return operation.kind != Kind::kGet || !operation.known || HasText(state, operation.text);
}

Model::State KvModel::After(uint32_t call, State state) {
  const Operation& operation = operations_[call];
  if (operation.kind == Kind::kGet) return state;
  return Append(operation.kind == Kind::kPut ? 0 : state, operation.text);
}

std::string KvModel::StateText(State state) const {
  return Quoted(TextOf(state));
}

std::string KvModel::AnswerText(uint32_t call, State state) const {
  return operations_[call].kind == Kind::kGet ? StateText(state) : "done";
}

}  // namespace sim
