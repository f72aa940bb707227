#include "core/negotiation/shuffle_blame.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace core {
namespace {

using Items = std::vector<std::vector<uint8_t>>;

bool Contains(const Items& items, const std::vector<uint8_t>& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// Follows the list from the first member to the last and knows of each ciphertext who added it.
class Replay {
 public:
  explicit Replay(const ShuffleTranscript& transcript) : transcript_(transcript) {}

  std::optional<ShuffleOffence> Run() {
    for (place_ = 0; place_ < transcript_.order().size(); ++place_) {
      if (place_ > 0 && !CanPeel()) return {};
      if (place_ > 0) PeelList();
      const ShuffleStatement* pass = transcript_.PassAt(place_);
      if (offence_.has_value()) return offence_;
      JudgeObjection(pass != nullptr);
      if (offence_.has_value() || pass == nullptr) return offence_;
      JudgePass(*pass);
      if (offence_.has_value()) return offence_;
    }
    JudgeLastObjections();
    return offence_;
  }

 private:
  [[nodiscard]] uint8_t member() const { return transcript_.order()[place_]; }

  void Name(uint8_t member, ShuffleStep step, ShuffleFault fault) {
    offence_ = {member, step, fault};
  }

  [[nodiscard]] bool CanPeel() const {
    return transcript_.Find(ShuffleStep::kUnveil, member()) != nullptr;
  }

  // What its member received, below its layer.
  void PeelList() {
    PeeledPass peeled = Peel(transcript_, *transcript_.PassAt(place_ - 1),
                             SecretIn(*transcript_.Find(ShuffleStep::kUnveil, member())));
    if (peeled.bad.has_value()) {
      return Name(owners_[*peeled.bad], ShuffleStep::kPass, ShuffleFault::kBadLayer);
    }
    if (peeled.equal.has_value()) {
      // The first of them could not know what would be added later.
      return Name(LaterOf(owners_[peeled.equal->first], owners_[peeled.equal->second]),
                  ShuffleStep::kPass, ShuffleFault::kDuplicated);
    }
    list_ = std::move(peeled.items);
  }

  [[nodiscard]] uint8_t LaterOf(uint8_t a, uint8_t b) const {
    const auto order = transcript_.order();
    return std::find(order.begin(), order.end(), a) < std::find(order.begin(), order.end(), b) ? b
                                                                                               : a;
  }

  // Of the member to the pass before its own, which has been found to be in order.
  void JudgeObjection(bool has_passed) {
    if (place_ == 0 || !transcript_.HasObjectedTo(place_ - 1, member())) return;
    Name(member(), ShuffleStep::kObject,
         has_passed ? ShuffleFault::kContradicted : ShuffleFault::kFalseObjection);
  }

  void JudgePass(const ShuffleStatement& pass) {
    if (pass.items.size() != place_ + 1) {
      return Name(member(), ShuffleStep::kPass, ShuffleFault::kMiscounted);
    }
    // All items of a pass differ, so when none is missing exactly one is new.
    for (const auto& item : list_) {
      if (!Contains(pass.items, item)) {
        return Name(member(), ShuffleStep::kPass, ShuffleFault::kReplaced);
      }
    }
    std::vector<uint8_t> owners;
    for (const auto& item : pass.items) {
      const auto at = std::find(list_.begin(), list_.end(), item);
      owners.push_back(at == list_.end() ? member()
                                         : owners_[static_cast<size_t>(at - list_.begin())]);
    }
    owners_ = std::move(owners);
  }

  // Everybody's ciphertext is in the last pass.
  void JudgeLastObjections() {
    const size_t last = transcript_.order().size() - 1;
    for (const uint8_t each : transcript_.order()) {
      if (transcript_.HasObjectedTo(last, each)) {
        return Name(each, ShuffleStep::kObject, ShuffleFault::kFalseObjection);
      }
    }
  }

  const ShuffleTranscript& transcript_;
  size_t place_ = 0;
  Items list_;                   // The pass before, peeled.
  std::vector<uint8_t> owners_;  // Of the items of the last pass replayed.
  std::optional<ShuffleOffence> offence_;
};

template <typename Said>
std::vector<ShuffleOffence> Without(const ShuffleTranscript& transcript, ShuffleStep step,
                                    Said said) {
  std::vector<ShuffleOffence> silent;
  for (size_t member = 0; member < transcript.members(); ++member) {
    if (said(member)) continue;
    silent.push_back({static_cast<uint8_t>(member), step, ShuffleFault::kSilent});
  }
  return silent;
}

}  // namespace

PeeledPass Peel(const ShuffleTranscript& transcript, const ShuffleStatement& pass,
                const GroupSecret& onion_secret) {
  const ShuffleCrypto& crypto = transcript.crypto();
  const SealingContext context = ShuffledLayers(*crypto.suite, transcript.digest());
  PeeledPass peeled;
  for (const auto& item : pass.items) {
    auto below = crypto.sealing->OpenAt(onion_secret, context, item);
    if (!below.has_value()) {
      peeled.bad = peeled.items.size();
      return peeled;
    }
    const auto same = std::find(peeled.items.begin(), peeled.items.end(), *below);
    if (same != peeled.items.end()) {
      peeled.equal = {static_cast<size_t>(same - peeled.items.begin()), peeled.items.size()};
      return peeled;
    }
    peeled.items.push_back(*std::move(below));
  }
  return peeled;
}

std::optional<ShuffleOffence> OffenceIn(const ShuffleTranscript& transcript) {
  if (transcript.offence().has_value()) return transcript.offence();
  return Replay(transcript).Run();
}

std::vector<ShuffleOffence> SilentIn(const ShuffleTranscript& transcript) {
  const auto said = [&](ShuffleStep step, const std::optional<Digest256>& about) {
    return Without(transcript, step, [&transcript, step, about](size_t member) {
      const ShuffleStatement* statement = transcript.Find(step, member);
      return statement != nullptr && statement->about == about;
    });
  };
  if (auto silent = said(ShuffleStep::kCommit, Digest256{}); !silent.empty()) return silent;
  if (transcript.order().empty()) return said(ShuffleStep::kReveal, transcript.Commits());
  if (transcript.Objected()) {
    // Who has disclosed one secret keeps the other one.
    auto silent = Without(transcript, ShuffleStep::kUnveil, [&transcript](size_t member) {
      return transcript.Find(ShuffleStep::kUnveil, member) != nullptr ||
             transcript.Find(ShuffleStep::kDisclose, member) != nullptr;
    });
    if (!silent.empty()) return silent;
  }
  for (size_t place = 0; place < transcript.order().size(); ++place) {
    if (transcript.PassAt(place) == nullptr) {
      return {{transcript.order()[place], ShuffleStep::kPass, ShuffleFault::kSilent}};
    }
  }
  const auto about = transcript.AboutPass(transcript.order().size() - 1);
  if (auto silent = said(ShuffleStep::kEndorse, about); !silent.empty()) return silent;
  return said(ShuffleStep::kDisclose, about);
}

bool Proves(const ShuffleCrypto& crypto, const ShuffleEvidence& evidence) {
  if (!CheckTerms(crypto, evidence.terms).ok()) return false;
  ShuffleTranscript transcript(crypto, evidence.terms);
  for (const ShuffleStatement& statement : evidence.statements) {
    if (!transcript.Add(statement).ok()) return false;
  }
  return OffenceIn(transcript) == evidence.offence;
}

}  // namespace core
