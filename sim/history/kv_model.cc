#include "sim/history/kv_model.h"

#include "sim/history/call_form.h"

namespace sim {
namespace {

bool IsText(const std::optional<JsonValue>& value) {
  return value.has_value() && value->kind == JsonValue::Kind::kText;
}

}  // namespace

KvModel::KvModel() {
  (void)texts_.IndexOf("");
}

bool KvModel::Take(const Call& call, Findings& findings) {
  CallForm form(call, findings);
  Operation operation;
  operation.known = form.ended_ok();
  if (call.function == "get") {
    form.NoArgument();
    if (operation.known && !IsText(call.answer)) form.RefuseAnswer("the text that was read");
    if (IsText(call.answer)) operation.text = texts_.IndexOf(call.answer->text);
  } else if (call.function == "put" || call.function == "append") {
    operation.kind = call.function == "put" ? Kind::kPut : Kind::kAppend;
    form.SameValue();
    if (!IsText(call.argument)) form.RefuseArgument("a text");
    if (IsText(call.argument)) operation.text = texts_.IndexOf(call.argument->text);
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
  return operation.kind != Kind::kGet || !operation.known || operation.text == state;
}

Model::State KvModel::After(uint32_t call, State state) {
  const Operation& operation = operations_[call];
  if (operation.kind == Kind::kGet) return state;
  if (operation.kind == Kind::kPut) return operation.text;
  return texts_.IndexOf(texts_.TextOf(state) + texts_.TextOf(operation.text));
}

std::string KvModel::StateText(State state) const {
  return Quoted(texts_.TextOf(state));
}

std::string KvModel::AnswerText(uint32_t call, State state) const {
  return operations_[call].kind == Kind::kGet ? StateText(state) : "done";
}

}  // namespace sim
