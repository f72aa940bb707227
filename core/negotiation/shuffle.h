// Shuffle: one member's side of one attempt to mix the votes of a pool, so that nobody learns whose is
// whose as long as two members are honest (protocol document, 1.6.6). No messages, no clocks: statements
// go in and out, and the owner says when it has waited long enough.
//
//   phase      waits for                 then
//   commit     all commits               reveal
//   reveal     all reveals               the order is known; the first member passes on
//   pass       the pass before its own   peel, add own, shuffle, pass on; or object
//              the last pass             own ciphertext there once: endorse; or object
//   endorse    all endorsements          disclose
//   disclose   all secrets               open: done
//   blame      everybody's unveiling     failed, with who broke it
//   any        silence                   first: ask, and tell, everybody; again: failed, with who is silent
//   any        being asked               tell all what is here, and from then on all that comes
//   any        somebody gave up          whoever owed nothing until then is not named for its silence
//   any        an offence shows itself   failed
//   before disclosing: an objection      unveil, blame
//
// Invariants: (1) a member discloses only when it holds all endorsements of one list that has its own
// ciphertext exactly once; (2) it gives away the pairing secret or the onion secret, never both: whoever
// blames keeps the votes shut, whoever opens them keeps the way that they took; (3) what others say
// ends in a Status or in an outcome, never in a CHECK. What a member seals for itself nobody can judge
// before it is open: a list in which something does not open fails without a name. Thread rule: one
// thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/state.h"
#include "core/base/status.h"
#include "core/negotiation/shuffle_blame.h"
#include "core/negotiation/shuffle_transcript.h"

namespace core {

// All that one attempt draws: uniform bytes, for this attempt alone. Wiped when it goes.
struct ShuffleDraws {
  DrawnBytes revealed{};
  DrawnBytes onion{};
  DrawnBytes sealed{};
  std::vector<DrawnBytes> layers;  // By the place of who peels them.
  std::vector<DrawnBytes> swaps;   // Of the list, from its end (Fisher and Yates).

  // REQUIRES: no other attempt has this seed.
  ShuffleDraws(std::span<const uint8_t, 32> seed, size_t members);
  ShuffleDraws(const ShuffleDraws&) = default;
  ShuffleDraws(ShuffleDraws&&) = default;
  ShuffleDraws& operator=(const ShuffleDraws&) = default;
  ShuffleDraws& operator=(ShuffleDraws&&) = default;
  ~ShuffleDraws();
};

// What a member brings.
struct ShuffleOwn {
  size_t member = 0;  // Its place among the terms' members.
  SecretKey registrant;
  GroupSecret secret;  // Of its key in the terms.
  std::vector<uint8_t> vote;
  ShuffleDraws draws;
};

enum class ShufflePhase : uint8_t {
  kCommit,
  kReveal,
  kPass,
  kEndorse,
  kDisclose,
  kBlame,
  kDone,
  kFailed,
};

[[nodiscard]] std::string_view NameOf(ShufflePhase phase);

// What silence comes to: the others are to be asked, or to be told that this member has given up.
enum class ShuffleSilence : uint8_t { kNothing, kAsk, kGivenUp };

// For all other members, or for one.
struct ShuffleOutgoing {
  std::optional<uint8_t> to;
  ShuffleStatement statement;
};

class Shuffle {
 public:
  // Errors: CheckTerms; keys that cancel each other out; a vote above kSealedBytesMax. REQUIRES: own
  // is what the terms say of its member, and has draws for as many members; crypto outlives the shuffle.
  [[nodiscard]] static StatusOr<Shuffle> Begin(const ShuffleCrypto& crypto,
                                               const ShuffleTerms& terms, ShuffleOwn own);

  // From anybody, in any order, as often as it comes. Errors: ShuffleTranscript::Add.
  [[nodiscard]] Status Take(const ShuffleStatement& statement);

  // Nothing has come for as long as the owner waits, which is time enough to ask and be told.
  [[nodiscard]] ShuffleSilence OnSilence();

  // Somebody else lacks something.
  void OnAsked();

  // A member has ended its attempt because somebody was silent to it, and will say nothing more.
  void OnGivenUp(uint8_t member);

  // What is to be sent, in order, once.
  [[nodiscard]] std::vector<ShuffleOutgoing> TakeOutgoing();

  [[nodiscard]] ShufflePhase phase() const { return phase_; }

  [[nodiscard]] const ShuffleTranscript& transcript() const { return transcript_; }

  // In the order of the last pass. REQUIRES: kDone.
  [[nodiscard]] const std::vector<std::vector<uint8_t>>& votes() const { return votes_; }

  // Who broke it: one proven offence, or who was silent to this member. Empty: a ciphertext did not open, or it cannot
  // be told. REQUIRES: kFailed.
  [[nodiscard]] std::span<const ShuffleOffence> offences() const { return offences_; }

  // Nothing: there is no proof. REQUIRES: kFailed.
  [[nodiscard]] std::optional<ShuffleEvidence> Evidence() const;

  // core/base/state.h. Secrets are not told.
  template <typename State>
  void Tell(State& state) const {
    state.Add("phase", phase_);
    state.Add("statements", uint64_t{transcript_.statements().size()});
    for (const ShuffleStatement& each : transcript_.statements()) state.Hash(each.signature);
    state.Add("told_all", told_all_);
    state.Add("relays", relays_);
    state.Hash(given_up_);
  }

 private:
  Shuffle(const ShuffleCrypto& crypto, const ShuffleTerms& terms, ShuffleOwn own);

  void Say(ShuffleStep step, const Digest256& about, std::vector<std::vector<uint8_t>> items,
           std::optional<uint8_t> to = std::nullopt);
  void TellAll();
  // One step onwards. False: something is missing.
  [[nodiscard]] bool Advance();
  void AdvancePass();
  void PassOn(std::vector<std::vector<uint8_t>> list);
  [[nodiscard]] std::vector<uint8_t> OwnOnion() const;
  [[nodiscard]] bool IsGoodLast(const ShuffleStatement& pass) const;
  [[nodiscard]] bool AllSay(ShuffleStep step) const;
  void Blame();
  void Open();
  void Fail(std::vector<ShuffleOffence> offences);

  [[nodiscard]] size_t LastPlace() const { return transcript_.members() - 1; }

  ShuffleOwn own_;
  ShuffleTranscript transcript_;
  GroupSecret onion_secret_;
  std::vector<uint8_t> sealed_;  // The own vote, to all members together.
  size_t place_ = 0;             // In the order, once there is one.
  ShufflePhase phase_ = ShufflePhase::kCommit;
  bool told_all_ = false;  // In this phase.
  bool relays_ = false;    // Since it was asked for the first time: all have what one has.
  std::array<bool, kShuffleMax> given_up_{};
  std::vector<ShuffleOutgoing> outgoing_;
  std::vector<std::vector<uint8_t>> votes_;
  std::vector<ShuffleOffence> offences_;
};

}  // namespace core
