#include "sim/history/register_model.h"

#include "sim/history/call_form.h"

namespace sim {

RegisterModel::RegisterModel() {
  (void)values_.IndexOf("null");
}

bool RegisterModel::Take(const Call& call, Findings& findings) {
  CallForm form(call, findings);
  Operation operation;
  operation.known = form.ended_ok();
  if (call.function == "read") {
    form.NoArgument();
    form.NoResult();
    if (operation.known && !call.answer.has_value()) form.RefuseAnswer("the value that was read");
    if (call.answer.has_value()) operation.from = values_.IndexOf(CanonicalJson(*call.answer));
  } else if (call.function == "write") {
    operation.kind = Kind::kWrite;
    form.SameValue();
    form.NoResult();
    if (call.argument.has_value()) {
      operation.to = values_.IndexOf(CanonicalJson(*call.argument));
    } else {
      form.RefuseArgument("the value to write");
    }
  } else if (call.function == "cas") {
    if (!TakeSwap(call, findings, operation)) return false;
  } else {
    RefuseFunction(call, "register", findings);
    return false;
  }
  operations_.push_back(operation);
  return form.good();
}

bool RegisterModel::TakeSwap(const Call& call, Findings& findings, Operation& operation) {
  CallForm form(call, findings);
  operation.kind = Kind::kSwap;
  form.SameValue();
  if (call.argument.has_value() && call.argument->kind == JsonValue::Kind::kList &&
      call.argument->items.size() == 2) {
    operation.from = values_.IndexOf(CanonicalJson(call.argument->items[0]));
    operation.to = values_.IndexOf(CanonicalJson(call.argument->items[1]));
  } else {
    form.RefuseArgument("a list of two: the expected value and the new one");
  }
  if (!operation.known) return form.good();
  if (call.result.has_value() && call.result->kind == JsonValue::Kind::kFlag) {
    operation.swapped = call.result->flag;
  } else {
    form.RefuseResult("true or false: did it swap?");
  }
  return form.good();
}

bool RegisterModel::Fits(uint32_t call, State state) const {
  const Operation& operation = operations_[call];
  if (!operation.known || operation.kind == Kind::kWrite) return true;
  if (operation.kind == Kind::kRead) return state == operation.from;
  return operation.swapped == (state == operation.from);
}

Model::State RegisterModel::After(uint32_t call, State state) {
  const Operation& operation = operations_[call];
  if (operation.kind == Kind::kRead) return state;
  if (operation.kind == Kind::kSwap && state != operation.from) return state;
  return operation.to;
}

bool RegisterModel::OnlyReads(uint32_t call) const {
  const Operation& operation = operations_[call];
  return operation.kind == Kind::kRead ||
         (operation.kind == Kind::kSwap && operation.known && !operation.swapped);
}

std::string RegisterModel::StateText(State state) const {
  return VisibleText(values_.TextOf(state));
}

std::string RegisterModel::AnswerText(uint32_t call, State state) const {
  const Operation& operation = operations_[call];
  if (operation.kind == Kind::kRead) return StateText(state);
  if (operation.kind == Kind::kSwap) return state == operation.from ? "true" : "false";
  return "done";
}

}  // namespace sim
