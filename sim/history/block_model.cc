#include "sim/history/block_model.h"

#include <algorithm>

namespace sim {
namespace {

constexpr std::array<std::string_view, 2> kContentMembers = {"revision", "content"};
constexpr std::array<std::string_view, 1> kRevisionMembers = {"revision"};
constexpr std::array<std::string_view, 2> kRefusalMembers = {"latest", "content"};

bool IsNothing(const std::optional<JsonValue>& value) {
  return !value.has_value() || value->kind == JsonValue::Kind::kNull;
}

bool IsObject(const std::optional<JsonValue>& value) {
  return value.has_value() && value->kind == JsonValue::Kind::kObject;
}

bool IsWord(const std::optional<JsonValue>& value, std::string_view word) {
  return value.has_value() && value->kind == JsonValue::Kind::kText && value->text == word;
}

bool Matches(uint32_t told, uint32_t content) {
  return told == UINT32_MAX || told == content;
}

}  // namespace

BlockModel::BlockModel() : revisions_(1) {
  // No text of a file: JSON's texts are UTF-8.
  (void)contents_.IndexOf("\xff");
}

bool BlockModel::Take(const Call& call, Findings& findings) {
  CallForm form(call, findings);
  if (std::find(kFunctions.begin(), kFunctions.end(), call.function) == kFunctions.end()) {
    RefuseFunction(call, "block", findings);
    return false;
  }
  Operation operation;
  form.SameValue();
  TakeArgument(call, form, operation);
  if (form.ended_ok() && operation.kind == Kind::kWrite) TakeWriteResult(call, form, operation);
  if (form.ended_ok() && operation.kind != Kind::kWrite) TakeReadResult(call, form, operation);
  operations_.push_back(operation);
  return form.good();
}

void BlockModel::TakeArgument(const Call& call, CallForm& form, Operation& operation) {
  operation.revision = kLatest;
  if (call.function == "get_revision") {
    form.NoArgument();
    return;
  }
  if (call.function == "get") {
    operation.kind = Kind::kGet;
    if (IsNothing(call.argument)) return;
    if (!IsObject(call.argument)) return form.RefuseArgument(R"(nothing or {"revision": N})");
    form.Members(*call.argument, "value", kRevisionMembers);
    operation.revision = form.Natural(*call.argument, "value", "revision");
    return;
  }
  operation.kind = Kind::kWrite;
  const bool put = call.function == "put";
  if (!IsObject(call.argument)) {
    return form.RefuseArgument(put ? R"({"revision": N, "content": TEXT})" : R"({"revision": N})");
  }
  if (put) {
    form.Members(*call.argument, "value", kContentMembers);
    operation.content = ContentOf(*call.argument, "value", form);
    const JsonValue* content = call.argument->Find("content");
    if (content == nullptr) form.RefuseMissing(*call.argument, "value.content", "a text");
    if (content != nullptr && operation.content == kNoContent)
      form.Refuse(*content, "value.content", "a text");
  } else {
    form.Members(*call.argument, "value", kRevisionMembers);
  }
  operation.revision = form.Natural(*call.argument, "value", "revision");
}

uint32_t BlockModel::ContentOf(const JsonValue& object, const std::string& path, CallForm& form) {
  const JsonValue* content = object.Find("content");
  if (content == nullptr) return kAnyContent;
  if (content->kind == JsonValue::Kind::kNull) return kNoContent;
  if (content->kind == JsonValue::Kind::kText) return contents_.IndexOf(content->text);
  form.Refuse(*content, path + ".content", "a text, or null for a block that is not there");
  return kAnyContent;
}

void BlockModel::TakeReadResult(const Call& call, CallForm& form, Operation& operation) {
  if (operation.kind == Kind::kGet && IsWord(call.result, "absent")) {
    operation.answer = Answer::kAbsent;
    return;
  }
  if (operation.kind == Kind::kGet && IsWord(call.result, "expired")) {
    operation.answer = Answer::kExpired;
    return;
  }
  operation.answer = Answer::kFound;
  if (!IsObject(call.result)) {
    return form.RefuseResult(operation.kind == Kind::kGet
                                 ? R"({"revision": N, "content": TEXT}, "absent" or "expired")"
                                 : R"({"revision": N, "content": TEXT})");
  }
  form.Members(*call.result, "result", kContentMembers);
  operation.answer_revision = form.Natural(*call.result, "result", "revision");
  operation.answer_content = ContentOf(*call.result, "result", form);
}

void BlockModel::TakeWriteResult(const Call& call, CallForm& form, Operation& operation) {
  const bool object = IsObject(call.result);
  const bool refused = object && call.result->Find("latest") != nullptr;
  if (!object) {
    return form.RefuseResult(
        R"({"revision": N} when accepted, {"latest": N, "content": TEXT} when refused)");
  }
  operation.answer = refused ? Answer::kRefused : Answer::kAccepted;
  if (refused) {
    form.Members(*call.result, "result", kRefusalMembers);
    operation.answer_content = ContentOf(*call.result, "result", form);
  } else {
    form.Members(*call.result, "result", kRevisionMembers);
  }
  operation.answer_revision = form.Natural(*call.result, "result", refused ? "latest" : "revision");
}

const BlockModel::Revision& BlockModel::At(State state, uint32_t revision) const {
  const Revision* found = &revisions_[state];
  while (found->number > revision) found = &revisions_[found->prior];
  return *found;
}

bool BlockModel::Accepts(const Operation& operation, const Revision& latest) const {
  if (operation.revision == latest.number) return true;
  return operation.revision + 1 == latest.number && operation.content == latest.content;
}

bool BlockModel::Fits(uint32_t call, State state) const {
  const Operation& operation = operations_[call];
  const Revision& latest = revisions_[state];
  const Revision& found = At(state, operation.revision);
  switch (operation.answer) {
    case Answer::kUnknown:
      return true;
    case Answer::kFound:
      return operation.answer_revision == found.number &&
             Matches(operation.answer_content, found.content);
    case Answer::kAbsent:
      return found.content == kNoContent;
    case Answer::kExpired:
      return found.number < latest.number;
    case Answer::kAccepted:
      return Accepts(operation, latest) && operation.answer_revision == operation.revision + 1;
    case Answer::kRefused:
      return !Accepts(operation, latest) && operation.answer_revision == latest.number &&
             Matches(operation.answer_content, latest.content);
  }
  return false;
}

Model::State BlockModel::After(uint32_t call, State state) {
  const Operation& operation = operations_[call];
  if (operation.kind != Kind::kWrite || operation.answer == Answer::kRefused) return state;
  if (operation.revision != revisions_[state].number) return state;
  const auto [next, fresh] =
      successors_.Insert(uint64_t{state} << 32 | uint64_t{operation.content});
  if (fresh) {
    *next = static_cast<State>(revisions_.size());
    revisions_.push_back({state, operation.revision + 1, operation.content});
  }
  return *next;
}

bool BlockModel::OnlyReads(uint32_t call) const {
  const Operation& operation = operations_[call];
  return operation.kind != Kind::kWrite || operation.answer == Answer::kRefused;
}

std::string BlockModel::Text(const Revision& revision) const {
  if (revision.number == 0) return "never written";
  const std::string number = "revision " + std::to_string(revision.number);
  if (revision.content == kNoContent) return number + ", deleted";
  return number + ", content " + Quoted(contents_.TextOf(revision.content));
}

std::string BlockModel::StateText(State state) const {
  return Text(revisions_[state]);
}

std::string BlockModel::AnswerText(uint32_t call, State state) const {
  const Operation& operation = operations_[call];
  const Revision& latest = revisions_[state];
  if (operation.kind == Kind::kRevision) return Text(latest);
  if (operation.kind == Kind::kGet) {
    const Revision& found = At(state, operation.revision);
    return Text(found) + (found.number < latest.number ? ", or expired" : "");
  }
  if (Accepts(operation, latest)) return "revision " + std::to_string(operation.revision + 1);
  return "refused, latest is " + Text(latest);
}

}  // namespace sim
