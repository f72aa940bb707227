// The model block: a versioned block of the repository with get_revision, get, put and delete.
//
// Rules: (1) a put or delete at revision R is accepted iff R is the latest, and makes R + 1; (2) it is accepted as well, and
// changes nothing, when R + 1 is the latest and has the content that it brings: the retry of a write; (3) a refusal tells the
// latest; (4) a delete's revision has no content; (5) `get` at R answers with the highest revision up to R, or with `expired` when
// that is not the latest; (6) revision 0 was never written. A content is an opaque text: the bytes themselves, or their hash.
// Source: protocol_voting_network.md, 1.3.1; forms in docs/history_format.md.
#pragma once

#include <array>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/history/call_form.h"
#include "sim/history/model.h"
#include "sim/history/text_index.h"

namespace sim {

class BlockModel : public Model {
 public:
  static constexpr std::array<std::string_view, 4> kFunctions = {"get_revision", "get", "put",
                                                                 "delete"};

  BlockModel();

  bool Take(const Call& call, Findings& findings) override;

  [[nodiscard]] std::unique_ptr<Model> Fresh() const override {
    return std::make_unique<BlockModel>();
  }

  [[nodiscard]] State Initial() const override { return 0; }

  [[nodiscard]] bool Fits(uint32_t call, State state) const override;
  [[nodiscard]] State After(uint32_t call, State state) override;
  [[nodiscard]] bool OnlyReads(uint32_t call) const override;

  void Forget(uint32_t call) override { operations_[call].answer = Answer::kUnknown; }

  [[nodiscard]] std::string StateText(State state) const override;
  [[nodiscard]] std::string AnswerText(uint32_t call, State state) const override;

 private:
  static constexpr uint32_t kLatest = UINT32_MAX;
  static constexpr uint32_t kNoContent = 0;
  static constexpr uint32_t kAnyContent = UINT32_MAX;  // The answer does not tell.

  enum class Kind : uint8_t { kRevision, kGet, kWrite };
  enum class Answer : uint8_t { kUnknown, kFound, kAbsent, kExpired, kAccepted, kRefused };

  struct Operation {
    Kind kind = Kind::kRevision;
    Answer answer = Answer::kUnknown;
    uint32_t revision = 0;  // Of the argument: asked for (kLatest: the latest) or the base.
    uint32_t content = kNoContent;
    uint32_t answer_revision = 0;
    uint32_t answer_content = kAnyContent;
  };

  // A state is the whole line of revisions that led to it.
  struct Revision {
    State prior = 0;
    uint32_t number = 0;
    uint32_t content = kNoContent;
  };

  void TakeArgument(const Call& call, CallForm& form, Operation& operation);
  void TakeReadResult(const Call& call, CallForm& form, Operation& operation);
  void TakeWriteResult(const Call& call, CallForm& form, Operation& operation);
  [[nodiscard]] uint32_t ContentOf(const JsonValue& object, const std::string& path,
                                   CallForm& form);
  [[nodiscard]] const Revision& At(State state, uint32_t revision) const;
  [[nodiscard]] bool Accepts(const Operation& operation, const Revision& latest) const;
  [[nodiscard]] std::string Text(const Revision& revision) const;

  TextIndex contents_;
  std::vector<Operation> operations_;
  std::vector<Revision> revisions_;              // By state.
  core::FlatTable<uint64_t, State> successors_;  // By prior state and content.
};

}  // namespace sim
