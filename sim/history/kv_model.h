// The model kv: a map from keys to texts with get, put and append. A text starts as "".
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
  enum class Kind : uint8_t { kGet, kPut, kAppend };

  struct Operation {
    Kind kind = Kind::kGet;
    bool known = false;
    uint32_t text = 0;  // Given, put or appended.
  };

  TextIndex texts_;
  std::vector<Operation> operations_;
};

}  // namespace sim
