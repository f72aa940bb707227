// Model: what an object of a kind does when it is used by one client at a time. The search (search.h) asks whether a history
// has such an order.
//
// A model understands the calls of a history (Take) and numbers them as they come. Its states are numbers too, so that states compare
// in one instruction: the same number, the same state. (Two numbers for one state only cost the search a detour.) Invariants: (1) After depends on the call and the state alone;
// (2) a call that OnlyReads never changes a state; (3) a call whose outcome is unknown fits every state. The keys of a history
// are separate objects with one Initial state. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/history/history.h"
#include "sim/scenario/findings.h"

namespace sim {

class Model {
 public:
  using State = uint32_t;

  virtual ~Model() = default;

  // Another one of this kind that has taken nothing yet.
  [[nodiscard]] virtual std::unique_ptr<Model> Fresh() const = 0;

  // Adds the next call. False: it breaks the model's form, the findings say how.
  virtual bool Take(const Call& call, Findings& findings) = 0;

  [[nodiscard]] virtual State Initial() const = 0;
  // Is the answer of the call what this state gives?
  [[nodiscard]] virtual bool Fits(uint32_t call, State state) const = 0;
  [[nodiscard]] virtual State After(uint32_t call, State state) = 0;
  [[nodiscard]] virtual bool OnlyReads(uint32_t call) const = 0;
  // From now on the call's answer counts as unknown: what else could it have been?
  virtual void Forget(uint32_t call) = 0;

  // For people: the state, and the answer that the call would have got in it.
  [[nodiscard]] virtual std::string StateText(State state) const = 0;
  [[nodiscard]] virtual std::string AnswerText(uint32_t call, State state) const = 0;
};

struct ModelInfo {
  std::string_view name;
  std::span<const std::string_view> functions;
  std::unique_ptr<Model> (*make)();
};

// In the order in which they are listed.
[[nodiscard]] std::span<const ModelInfo> ModelTable();
// nullptr: no model of this name.
[[nodiscard]] std::unique_ptr<Model> MakeModel(std::string_view name);

// The finding for a function that `model` does not have; says which other model has it.
void RefuseFunction(const Call& call, std::string_view model, Findings& findings);

}  // namespace sim
