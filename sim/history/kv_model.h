// The model kv: a map from keys to texts with get, put and append. A text starts as "".
//
// A state is the line of appends that made it, so that a search may be in millions of them: what was there before, and what was
// appended. Texts that were put together in different ways are different states with the same answers.
#pragma once

#include <array>
#include <vector>

#include "sim/history/model.h"
#include "sim/history/text_index.h"

namespace sim {

class KvModel : public Model {
 public:
  static constexpr std::array<std::string_view, 3> kFunctions = {"get", "put", "append"};

  KvModel();

  bool Take(const Call& call, Findings& findings) override;

  [[nodiscard]] std::unique_ptr<Model> Fresh() const override {
    return std::make_unique<KvModel>();
  }

  [[nodiscard]] State Initial() const override { return 0; }

  [[nodiscard]] bool Fits(uint32_t call, State state) const override;
  [[nodiscard]] State After(uint32_t call, State state) override;

  [[nodiscard]] bool OnlyReads(uint32_t call) const override {
    return operations_[call].kind == Kind::kGet;
  }

  void Forget(uint32_t call) override { operations_[call].known = false; }

  [[nodiscard]] std::string StateText(State state) const override;
  [[nodiscard]] std::string AnswerText(uint32_t call, State state) const override;

 private:
  // A polynomial over the bytes modulo 2^64: two texts that differ in it differ.
  struct Print {
    uint64_t hash = 0;
    uint64_t power = 1;  // Of the base, to the number of bytes.
    size_t bytes = 0;
  };

  struct Appended {
    State prior = 0;
    uint32_t text = 0;
    Print print;  // Of the whole text.
  };

  [[nodiscard]] uint32_t IndexOf(const std::string& text);
  [[nodiscard]] State Append(State state, uint32_t text);
  [[nodiscard]] std::string TextOf(State state) const;
  [[nodiscard]] bool HasText(State state, uint32_t text) const;

  enum class Kind : uint8_t { kGet, kPut, kAppend };

  struct Operation {
    Kind kind = Kind::kGet;
    bool known = false;
    uint32_t text = 0;  // Given, put or appended.
  };

  TextIndex texts_;
  std::vector<Print> prints_;  // Of the texts.
  std::vector<Operation> operations_;
  std::vector<Appended> appended_;               // By state; 0: the empty text.
  core::FlatTable<uint64_t, State> successors_;  // By prior state and text.
};

}  // namespace sim
