// A pool that shuffles: one Shuffle for each member, statements delivered in an order drawn at random,
// silence when nothing is on its way, and members that send something else than they should.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/crypto/modelled_sealing.h"
#include "core/crypto/modelled_suite.h"
#include "core/crypto/ristretto_sealing.h"
#include "core/crypto/sodium_suite.h"
#include "core/negotiation/shuffle.h"

namespace core {

enum class Cryptography { kReal, kModelled };

class ShuffleRig {
 public:
  using Items = std::vector<std::vector<uint8_t>>;
  // What a member sends to `to` instead of one of its own statements.
  using Deviation =
      std::function<std::vector<ShuffleStatement>(const ShuffleStatement& said, uint8_t to)>;

  ShuffleRig(Cryptography cryptography, size_t members, uint64_t seed)
      : random_({.seed = seed, .purpose = Purpose::kTest}),
        deviations_(members),
        unveiled_(members),
        sealings_(members) {
    if (cryptography == Cryptography::kReal) {
      suite_ = std::make_unique<SodiumSuite>();
      sealing_ = std::make_unique<RistrettoSealing>();
    } else {
      suite_ = std::make_unique<ModelledSuite>(Digest256{7});
      sealing_ = std::make_unique<ModelledSealing>(Digest256{7});
    }
    random_.Fill(terms_.attempt.bytes);
    for (size_t i = 0; i < members; ++i) {
      Identity identity;
      random_.Fill(identity.registrant.seed);
      random_.Fill(identity.drawn);
      random_.Fill(identity.seed);
      identity.key = suite_->PublicKeyFor(identity.registrant);
      identities_.push_back(identity);
    }
    std::sort(identities_.begin(), identities_.end(),
              [](const Identity& a, const Identity& b) { return a.key < b.key; });
    for (const Identity& identity : identities_) {
      terms_.members.push_back(
          {identity.key, sealing_->KeyOf(sealing_->SecretFrom(identity.drawn))});
      draws_.emplace_back(identity.seed, members);
      turns_.push_back(turns_.size());
      votes_.push_back({'v', 'o', 't', 'e', static_cast<uint8_t>(votes_.size())});
    }
  }

  [[nodiscard]] ShuffleCrypto crypto() const { return {suite_.get(), sealing_.get()}; }

  [[nodiscard]] const Sealing& sealing() const { return *sealing_; }

  [[nodiscard]] const Suite& suite() const { return *suite_; }

  [[nodiscard]] const ShuffleTerms& terms() const { return terms_; }

  [[nodiscard]] size_t members() const { return terms_.members.size(); }

  [[nodiscard]] Random& random() { return random_; }

  // To be changed before Run.
  [[nodiscard]] ShuffleDraws& draws(size_t member) { return draws_[member]; }

  [[nodiscard]] const Items& votes() const { return votes_; }

  void SetVotes(Items votes) { votes_ = std::move(votes); }

  [[nodiscard]] const Shuffle& shuffle(size_t member) const { return shuffles_[member]; }

  [[nodiscard]] GroupSecret SecretOf(size_t member) const {
    return sealing_->SecretFrom(identities_[member].drawn);
  }

  [[nodiscard]] GroupSecret OnionSecretOf(size_t member) const {
    return sealing_->SecretFrom(draws_[member].onion);
  }

  // Instead of the rig's own. REQUIRES: it outlives the rig.
  void UseSealing(size_t member, const Sealing& sealing) { sealings_[member] = &sealing; }

  void Deviate(size_t member, Deviation deviation) { deviations_[member] = std::move(deviation); }

  [[nodiscard]] bool IsHonest(size_t member) const { return !deviations_[member]; }

  // As its member would.
  [[nodiscard]] ShuffleStatement Signed(ShuffleStatement statement) const {
    statement.signature = suite_->Sign(identities_[statement.member].registrant,
                                       SigningBytesOf(DigestOf(*suite_, terms_), statement));
    return statement;
  }

  [[nodiscard]] ShuffleOwn OwnOf(size_t member) const {
    return {member, identities_[member].registrant, SecretOf(member), votes_[member],
            draws_[member]};
  }

  void Begin() {
    for (size_t member = 0; member < members(); ++member) {
      const Sealing* own = sealings_[member] != nullptr ? sealings_[member] : sealing_.get();
      shuffles_.push_back(Shuffle::Begin({suite_.get(), own}, terms_, OwnOf(member)).value());
    }
    for (size_t member = 0; member < members(); ++member) Collect(member);
  }

  // To the end: everybody has said what it will, and silence has been noticed as often as it takes.
  void Run() {
    Begin();
    Deliver();
    for (size_t silences = 0; silences < kSilences * members(); ++silences) {
      // Each in its turn, and in another order each time.
      if (silences % members() == 0) random_.Shuffle(std::span(turns_));
      Silence(turns_[silences % members()]);
    }
  }

  void Silence(size_t member) {
    const ShuffleSilence silence = shuffles_[member].OnSilence();
    for (size_t other = 0; other < members(); ++other) {
      if (other == member) continue;
      if (silence == ShuffleSilence::kAsk) shuffles_[other].OnAsked();
      if (silence == ShuffleSilence::kGivenUp) {
        shuffles_[other].OnGivenUp(static_cast<uint8_t>(member));
      }
      Collect(other);
    }
    Collect(member);
    Deliver();
  }

  void Deliver() {
    while (!queue_.empty()) {
      const size_t at = random_.Below(queue_.size());
      std::swap(queue_[at], queue_.back());
      const auto [to, statement] = std::move(queue_.back());
      queue_.pop_back();
      if (!IsHonest(to)) Obey(to, statement);
      // A deviator's own changed statements come back to it; it goes on as if it had said the others.
      if (!IsHonest(to) && statement.member == to) continue;
      const Status status = shuffles_[to].Take(statement);
      refused_ += status.ok() ? 0 : 1;
      Collect(to);
    }
  }

  // Statements that a member did not take.
  [[nodiscard]] size_t refused() const { return refused_; }

 private:
  // Each phase may need two: one after which everybody tells what it has, one that ends it.
  static constexpr size_t kSilences = 12;

  struct Identity {
    SecretKey registrant;
    PublicKey key{};
    DrawnBytes drawn{};
    Digest256 seed{};
  };

  void Collect(size_t from) {
    for (const ShuffleOutgoing& each : shuffles_[from].TakeOutgoing()) {
      for (uint8_t to = 0; to < members(); ++to) {
        if (to == from || (each.to.has_value() && *each.to != to)) continue;
        if (IsHonest(from) || each.statement.member != from) {
          queue_.emplace_back(to, each.statement);
        } else {
          SendChanged(each.statement, to);
        }
      }
    }
  }

  void SendChanged(const ShuffleStatement& statement, uint8_t to) {
    for (const ShuffleStatement& said : deviations_[statement.member](statement, to)) {
      queue_.emplace_back(to, said);
    }
  }

  // Unveils when others do, although it knows of nothing to blame: what it can be silent about is a
  // deviation of its own.
  void Obey(uint8_t member, const ShuffleStatement& asked) {
    const bool asks = asked.step == ShuffleStep::kObject || asked.step == ShuffleStep::kUnveil;
    if (!asks || asked.member == member || unveiled_[member]) return;
    unveiled_[member] = true;
    const GroupSecret secret = OnionSecretOf(member);
    const ShuffleStatement statement = Signed(
        {member, ShuffleStep::kUnveil, {}, {{secret.bytes().begin(), secret.bytes().end()}}, {}});
    for (uint8_t to = 0; to < members(); ++to) {
      if (to != member) SendChanged(statement, to);
    }
  }

  Random random_;
  std::unique_ptr<Suite> suite_;
  std::unique_ptr<Sealing> sealing_;
  ShuffleTerms terms_;
  std::vector<Identity> identities_;
  std::vector<ShuffleDraws> draws_;
  Items votes_;
  std::vector<Shuffle> shuffles_;
  std::vector<Deviation> deviations_;
  std::vector<bool> unveiled_;
  std::vector<size_t> turns_;
  std::vector<const Sealing*> sealings_;
  std::vector<std::pair<uint8_t, ShuffleStatement>> queue_;
  size_t refused_ = 0;
};

}  // namespace core
