#include "core/negotiation/shuffle.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/check.h"
#include "core/base/random.h"
#include "core/base/words.h"

namespace core {
namespace {

std::vector<GroupElement> KeysOf(const ShuffleTerms& terms) {
  std::vector<GroupElement> keys;
  for (const ShuffleMember& member : terms.members) keys.push_back(member.key);
  return keys;
}

template <typename Bytes>
std::vector<uint8_t> ItemOf(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

// The first 32 of them.
std::vector<uint8_t> RevealedOf(const ShuffleDraws& draws) {
  return {draws.revealed.begin(), draws.revealed.begin() + 32};
}

}  // namespace

std::string_view NameOf(ShufflePhase phase) {
  switch (phase) {
    case ShufflePhase::kCommit:
      return "commit";
    case ShufflePhase::kReveal:
      return "reveal";
    case ShufflePhase::kPass:
      return "pass";
    case ShufflePhase::kEndorse:
      return "endorse";
    case ShufflePhase::kDisclose:
      return "disclose";
    case ShufflePhase::kBlame:
      return "blame";
    case ShufflePhase::kDone:
      return "done";
    case ShufflePhase::kFailed:
      return "failed";
  }
  return "?";
}

ShuffleDraws::ShuffleDraws(std::span<const uint8_t, 32> seed, size_t members)
    : revealed(Draw(seed, "shuffle reveal", 0)),
      onion(Draw(seed, "shuffle onion", 0)),
      sealed(Draw(seed, "shuffle seal", 0)) {
  for (size_t i = 0; i < members; ++i) {
    layers.push_back(Draw(seed, "shuffle layer", i));
    swaps.push_back(Draw(seed, "shuffle swap", i));
  }
}

ShuffleDraws::~ShuffleDraws() {
  for (DrawnBytes* bytes : {&revealed, &onion, &sealed}) Wipe(*bytes);
  for (DrawnBytes& bytes : layers) Wipe(bytes);
  for (DrawnBytes& bytes : swaps) Wipe(bytes);
}

Shuffle::Shuffle(const ShuffleCrypto& crypto, const ShuffleTerms& terms, ShuffleOwn own)
    : own_(std::move(own)),
      transcript_(crypto, terms),
      onion_secret_(crypto.sealing->SecretFrom(own_.draws.onion)) {}

StatusOr<Shuffle> Shuffle::Begin(const ShuffleCrypto& crypto, const ShuffleTerms& terms,
                                 ShuffleOwn own) {
  const Status status = CheckTerms(crypto, terms);
  if (!status.ok()) return status;
  const size_t members = terms.members.size();
  CHECK(own.member < members && own.draws.layers.size() == members &&
        own.draws.swaps.size() == members);
  Shuffle shuffle(crypto, terms, std::move(own));
  auto sealed = crypto.sealing->Seal(KeysOf(terms),
                                     ShuffledVotes(*crypto.suite, shuffle.transcript_.digest()),
                                     shuffle.own_.vote, shuffle.own_.draws.sealed);
  if (!sealed.ok()) return sealed.status();
  shuffle.sealed_ = *std::move(sealed);
  const Digest256 commitment =
      CommitmentTo(*crypto.suite, shuffle.transcript_.digest(),
                   static_cast<uint8_t>(shuffle.own_.member), RevealedOf(shuffle.own_.draws));
  shuffle.Say(ShuffleStep::kCommit, {},
              {ItemOf(commitment), ItemOf(crypto.sealing->KeyOf(shuffle.onion_secret_))});
  return shuffle;
}

Status Shuffle::Take(const ShuffleStatement& statement) {
  if (phase_ == ShufflePhase::kFailed) return {};  // The evidence stays what it is.
  const size_t before = transcript_.statements().size();
  Status status = transcript_.Add(statement);
  if (status.ok() && transcript_.statements().size() > before) {
    if (relays_) outgoing_.push_back({{}, statement});
    while (Advance()) {
    }
  }
  return status;
}

ShuffleSilence Shuffle::OnSilence() {
  if (phase_ == ShufflePhase::kDone || phase_ == ShufflePhase::kFailed) {
    return ShuffleSilence::kNothing;
  }
  if (!told_all_) {
    OnAsked();
    return ShuffleSilence::kAsk;
  }
  std::vector<ShuffleOffence> silent = SilentIn(transcript_);
  std::erase_if(silent, [this](const ShuffleOffence& each) { return given_up_[each.member]; });
  Fail(std::move(silent));
  return ShuffleSilence::kGivenUp;
}

void Shuffle::OnAsked() {
  if (!std::exchange(told_all_, true)) TellAll();
  relays_ = true;
}

void Shuffle::OnGivenUp(uint8_t member) {
  if (phase_ == ShufflePhase::kDone || phase_ == ShufflePhase::kFailed) return;
  const auto silent = SilentIn(transcript_);
  const bool owes = std::any_of(silent.begin(), silent.end(),
                                [member](const auto& each) { return each.member == member; });
  if (member < transcript_.members() && !owes) given_up_[member] = true;
}

std::vector<ShuffleOutgoing> Shuffle::TakeOutgoing() {
  return std::exchange(outgoing_, {});
}

std::optional<ShuffleEvidence> Shuffle::Evidence() const {
  if (offences_.size() != 1 || offences_[0].fault == ShuffleFault::kSilent) return {};
  const auto statements = transcript_.statements();
  return ShuffleEvidence{transcript_.terms(), {statements.begin(), statements.end()}, offences_[0]};
}

void Shuffle::Say(ShuffleStep step, const Digest256& about, std::vector<std::vector<uint8_t>> items,
                  std::optional<uint8_t> to) {
  ShuffleStatement statement{static_cast<uint8_t>(own_.member), step, about, std::move(items), {}};
  statement.signature = transcript_.crypto().suite->Sign(
      own_.registrant, SigningBytesOf(transcript_.digest(), statement));
  CHECK(transcript_.Add(statement).ok());
  outgoing_.push_back({to, std::move(statement)});
}

void Shuffle::TellAll() {
  for (const ShuffleStatement& each : transcript_.statements()) outgoing_.push_back({{}, each});
}

bool Shuffle::AllSay(ShuffleStep step) const {
  const auto about = transcript_.AboutPass(LastPlace());
  for (size_t member = 0; member < transcript_.members(); ++member) {
    const ShuffleStatement* statement = transcript_.Find(step, member);
    if (statement == nullptr || statement->about != about) return false;
  }
  return true;
}

bool Shuffle::Advance() {
  if (phase_ == ShufflePhase::kDone || phase_ == ShufflePhase::kFailed) return false;
  if (transcript_.offence().has_value()) {
    TellAll();
    Fail({*transcript_.offence()});
    return false;
  }
  const ShufflePhase before = phase_;
  const size_t said = transcript_.statements().size();
  switch (phase_) {
    case ShufflePhase::kCommit:
      if (const auto commits = transcript_.Commits(); commits.has_value()) {
        phase_ = ShufflePhase::kReveal;
        Say(ShuffleStep::kReveal, *commits, {RevealedOf(own_.draws)});
      }
      break;
    case ShufflePhase::kReveal:
      if (const auto order = transcript_.order(); !order.empty()) {
        phase_ = ShufflePhase::kPass;
        place_ =
            static_cast<size_t>(std::find(order.begin(), order.end(), own_.member) - order.begin());
      }
      break;
    case ShufflePhase::kPass:
      AdvancePass();
      break;
    case ShufflePhase::kEndorse:
      if (AllSay(ShuffleStep::kEndorse)) {
        phase_ = ShufflePhase::kDisclose;
        Say(ShuffleStep::kDisclose, *transcript_.AboutPass(LastPlace()),
            {ItemOf(std::as_const(own_.secret).bytes())});
      } else if (transcript_.Objected()) {
        Blame();
      }
      break;
    case ShufflePhase::kDisclose:
      if (AllSay(ShuffleStep::kDisclose)) Open();
      break;
    case ShufflePhase::kBlame:
      if (const auto offence = OffenceIn(transcript_); offence.has_value()) Fail({*offence});
      break;
    case ShufflePhase::kDone:
    case ShufflePhase::kFailed:
      break;
  }
  if (phase_ != before) told_all_ = false;
  return phase_ != before || transcript_.statements().size() != said;
}

// Own pass first, then the last one.
void Shuffle::AdvancePass() {
  if (transcript_.Objected()) return Blame();
  const uint8_t self = static_cast<uint8_t>(own_.member);
  if (transcript_.Find(ShuffleStep::kPass, self) == nullptr) {
    if (place_ == 0) return PassOn({});
    const auto about = transcript_.AboutPass(place_ - 1);
    if (!about.has_value()) return;
    const ShuffleStatement& pass =
        *transcript_.Find(ShuffleStep::kPass, transcript_.order()[place_ - 1]);
    PeeledPass peeled = Peel(transcript_, pass, onion_secret_);
    if (peeled.ok() && peeled.items.size() == place_) return PassOn(std::move(peeled.items));
    return Say(ShuffleStep::kObject, *about, {});
  }
  const auto about = transcript_.AboutPass(LastPlace());
  if (!about.has_value()) return;
  if (IsGoodLast(*transcript_.Find(ShuffleStep::kPass, transcript_.order().back()))) {
    phase_ = ShufflePhase::kEndorse;
    return Say(ShuffleStep::kEndorse, *about, {});
  }
  Say(ShuffleStep::kObject, *about, {});
}

bool Shuffle::IsGoodLast(const ShuffleStatement& pass) const {
  return pass.items.size() == transcript_.members() &&
         std::count(pass.items.begin(), pass.items.end(), sealed_) == 1;
}

// For those behind this member, the last one's layer innermost.
std::vector<uint8_t> Shuffle::OwnOnion() const {
  const ShuffleCrypto& crypto = transcript_.crypto();
  const SealingContext context = ShuffledLayers(*crypto.suite, transcript_.digest());
  std::vector<uint8_t> onion = sealed_;
  for (size_t place = LastPlace(); place > place_; --place) {
    const GroupElement key = transcript_.OnionKeyOf(transcript_.order()[place]);
    auto sealed = crypto.sealing->SealTo(key, context, onion, own_.draws.layers[place]);
    CHECK(sealed.ok());  // The transcript takes commits with keys alone.
    onion = *std::move(sealed);
  }
  return onion;
}

void Shuffle::PassOn(std::vector<std::vector<uint8_t>> list) {
  list.push_back(OwnOnion());
  for (size_t i = list.size(); i > 1; --i) {
    const uint64_t drawn = LoadWord<std::endian::little>(own_.draws.swaps[i - 1].data());
    std::swap(list[i - 1], list[Reduce(drawn, i)]);
  }
  const auto about = place_ == 0 ? transcript_.AboutReveals() : transcript_.AboutPass(place_ - 1);
  const bool to_all = relays_ || place_ == LastPlace();
  Say(ShuffleStep::kPass, *about, std::move(list),
      to_all ? std::nullopt : std::optional(transcript_.order()[place_ + 1]));
}

// Everybody needs what everybody holds. Own secret of the onion: the votes stay shut from here on.
void Shuffle::Blame() {
  phase_ = ShufflePhase::kBlame;
  TellAll();
  Say(ShuffleStep::kUnveil, {}, {ItemOf(std::as_const(onion_secret_).bytes())});
}

void Shuffle::Open() {
  const ShuffleCrypto& crypto = transcript_.crypto();
  std::vector<GroupSecret> secrets;
  for (size_t member = 0; member < transcript_.members(); ++member) {
    secrets.push_back(SecretIn(*transcript_.Find(ShuffleStep::kDisclose, member)));
  }
  auto votes = crypto.sealing->OpenWithSecrets(
      KeysOf(transcript_.terms()), ShuffledVotes(*crypto.suite, transcript_.digest()),
      transcript_.Find(ShuffleStep::kPass, transcript_.order().back())->items, secrets);
  if (!votes.has_value()) return Fail({});
  votes_ = *std::move(votes);
  phase_ = ShufflePhase::kDone;
}

void Shuffle::Fail(std::vector<ShuffleOffence> offences) {
  offences_ = std::move(offences);
  phase_ = ShufflePhase::kFailed;
}

}  // namespace core
