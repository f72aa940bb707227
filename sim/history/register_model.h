// The model register: one value that is read, written, and compared and swapped. It starts as null.
//
// Values are any JSON and compared as compact JSON with sorted keys, so 1 and 1.0 differ. A cas that ran and did not
// swap is an ok with the result false.
#pragma once

#include <array>
#include <vector>

#include "sim/history/model.h"
#include "sim/history/text_index.h"

namespace sim {

class RegisterModel : public Model {
 public:
  static constexpr std::array<std::string_view, 3> kFunctions = {"read", "write", "cas"};

  RegisterModel();

  bool Take(const Call& call, Findings& findings) override;

  [[nodiscard]] std::unique_ptr<Model> Fresh() const override {
    return std::make_unique<RegisterModel>();
  }

  [[nodiscard]] State Initial() const override { return 0; }

  [[nodiscard]] bool Fits(uint32_t call, State state) const override;
  [[nodiscard]] State After(uint32_t call, State state) override;
  [[nodiscard]] bool OnlyReads(uint32_t call) const override;

  void Forget(uint32_t call) override { operations_[call].known = false; }

  [[nodiscard]] std::string StateText(State state) const override;
  [[nodiscard]] std::string AnswerText(uint32_t call, State state) const override;

 private:
  enum class Kind : uint8_t { kRead, kWrite, kSwap };

  struct Operation {
    Kind kind = Kind::kRead;
    bool known = false;    // The answer is.
    bool swapped = false;  // A known swap's answer.
    uint32_t from = 0;     // What a swap expects, what a known read gave.
    uint32_t to = 0;
  };

  bool TakeSwap(const Call& call, Findings& findings, Operation& operation);

  TextIndex values_;
  std::vector<Operation> operations_;
};

}  // namespace sim
