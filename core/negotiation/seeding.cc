#include "core/negotiation/seeding.h"

#include <algorithm>
#include <array>

#include "core/codec/canonical.h"
#include "core/negotiation/ticket.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"",        "idle",      "seeking", "offering",
                                        "partner", "disclosed", "opening"};

constexpr std::string_view kBoxDomain = "vt/seed-secret/1";

// The box in which a partner's secret travels: of this seed, for this receiver.
SealingContext BoxContext(const Context& context, const Key256& seed, const Key256& receiver) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kBoxDomain);
  writer.Key(context.network);
  writer.Key(seed);
  writer.Key(receiver);
  return context.suite->Sha256(bytes);
}

}  // namespace

void Seeding::Begin(const VoteMoment& moment, PairOutcome pair) {
  other_ = pair.other;
  exchange_ = pair.exchange;
  ticket_ = pair.ticket;
  const NegotiationConfig& rules = moment.rules();
  if (pair.role == PairRole::kThird) {
    seed_ = std::move(pair.seed);
    Wipe(pair.seed.coordinator_secret);
    third_ = seed_.peer;
    return Open(moment);
  }
  const Encounter* met = moment.others.encounters().Find(other_);
  moment.effects.Observe(PairFormed{.ticket = moment.vote.ticket_hash(),
                                    .partner = other_,
                                    .coordinates = pair.role == PairRole::kCoordinator,
                                    .estimate = met == nullptr ? Duration{0} : met->estimate});
  if (pair.role == PairRole::kPartner) {
    phase_ = Phase::kPartner;
    deadline_ = moment.now + rules.seed_wait;
    // It is spoken for: nobody needs to meet it.
    return moment.others.Leave(moment);
  }
  phase_ = Phase::kSeeking;
  moment.others.Forget(other_);
  hidden_ = std::move(pair.hidden);
  // What may come behind the last moment of seeking: the third's answer, its opening, the informing.
  const Duration rest = rules.greet_timeout + rules.confirm_wait + rules.ack_wait;
  deadline_ = moment.now + std::max(rules.seed_wait - rest, rules.seed_wait / 2);
  moment.others.Look(moment, NegotiationStage::kPair);
}

// ---- the coordinator of a pair ----

void Seeding::OnGreet(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet) {
  if (phase_ != Phase::kSeeking || from == other_) {
    return Reject(moment, from, id, NegotiationReject::kBusy);
  }
  // The own greet stands, except where two coordinators have greeted each other.
  const bool pair = greet.stage == NegotiationStage::kPair;
  if (!pair && moment.others.HasGreeted(from)) return;
  if (!pair && !moment.others.IsAcceptable(moment, from)) {
    return Reject(moment, from, id, NegotiationReject::kFarther);
  }
  std::optional<NegotiationReject> flaw = FlawOf(moment, from, from, greet.ticket);
  if (!flaw.has_value() && greet.ticket.registrant == ticket_.registrant) {
    flaw = NegotiationReject::kDuplicate;
  }
  if (flaw.has_value()) {
    moment.others.Rest(moment, from, *flaw);
    return Reject(moment, from, id, *flaw);
  }
  if (pair && moment.context.directory->NodeIdOf(from) < moment.self_id()) {
    TellDissolved(moment);
    return End(moment, {.end = SeedingOutcome::End::kDissolved,
                        .pool = {},
                        .awaits = AwaitedSeed{.from = from, .id = id, .greet = greet}});
  }
  moment.others.GreetBack(moment, from);
}

void Seeding::OnPairAck(const VoteMoment& moment, PeerId from, uint64_t id, const PairAck& ack) {
  const auto greet = phase_ == Phase::kSeeking ? moment.others.TakeGreet(from, id) : std::nullopt;
  if (!greet.has_value()) return Reject(moment, from, id, NegotiationReject::kDissolved);
  std::optional<NegotiationReject> flaw;
  if (!moment.others.FitsEstimate(moment, *greet)) flaw = NegotiationReject::kLatency;
  if (!flaw.has_value() && ack.ticket.registrant == ticket_.registrant) {
    flaw = NegotiationReject::kDuplicate;
  }
  if (!flaw.has_value()) flaw = FlawOf(moment, from, from, ack.ticket);
  if (flaw.has_value()) {
    moment.others.Rest(moment, from, *flaw);
    return Reject(moment, from, id, *flaw);
  }
  Offer(moment, from, id, ack.ticket);
}

void Seeding::Offer(const VoteMoment& moment, PeerId third, uint64_t id, const Ticket& ticket) {
  OwnVote& vote = moment.vote;
  auto own = Hide(moment, vote, PairSealOf(moment.context, vote.ticket(), ticket_));
  if (!own.ok()) return Dissolve(moment);  // The partner sealed to these keys, so they are good.
  PoolSeed seed;
  seed.voters = {{std::move(own->voter)}, {std::move(hidden_.voter)}};
  seed.votes = {{std::move(own->vote)}, {std::move(hidden_.vote)}};
  vote.Shuffle(std::span(seed.voters));
  vote.Shuffle(std::span(seed.votes));
  const std::span<const uint8_t> secret = vote.secret().bytes();
  std::copy(secret.begin(), secret.end(), seed.coordinator_secret.begin());
  seed.coordinator = vote.ticket();
  seed.partner = ticket_;
  seed.peer = other_;
  seed_hash_ = SeedHash(moment.context, seed);
  seed.signature = GrantSeed(moment.context, vote.registrant_secret(), seed_hash_,
                             TicketHash(moment.context, ticket));
  moment.effects.CountSign();
  moment.effects.Observe(SecretDisclosed{
      .ticket = vote.ticket_hash(), .seed = seed_hash_, .to = third, .coordinates = true});
  moment.Send(third, id, seed);
  Wipe(seed.coordinator_secret);
  phase_ = Phase::kOffering;
  third_ = third;
  third_exchange_ = id;
  hidden_ = {};
  deadline_ = moment.now + moment.rules().confirm_wait + moment.rules().ack_wait;
  moment.others.Pause();
}

// ---- the partner ----

std::optional<NegotiationReject> Seeding::FlawOfConfirm(const VoteMoment& moment, PeerId from,
                                                        const SeedConfirm& confirm) const {
  const bool ours =
      confirm.coordinator == ticket_ && confirm.partner_key == moment.vote.ticket().pairing_key;
  if (!ours) return NegotiationReject::kBad;
  if (confirm.receiver.registrant == ticket_.registrant) return NegotiationReject::kDuplicate;
  if (const auto flaw = FlawOf(moment, from, from, confirm.receiver)) return flaw;
  moment.effects.CountVerify();
  const Key256 receiver = TicketHash(moment.context, confirm.receiver);
  if (IsGranted(moment.context, ticket_.registrant, confirm.seed, receiver, confirm.signature)) {
    return std::nullopt;
  }
  // It was handed on as it came, or the receiver made it up: either way who asks is not to have the secret.
  moment.Report(from, Offence::kProtocolViolation);
  return NegotiationReject::kBad;
}

void Seeding::OnConfirm(const VoteMoment& moment, PeerId from, uint64_t id,
                        const SeedConfirm& confirm) {
  if (phase_ == Phase::kDisclosed && from == third_ && confirm.seed == seed_hash_) {
    return moment.Send(from, id, disclosed_);
  }
  if (phase_ != Phase::kPartner) {
    return Reject(moment, from, id, NegotiationReject::kDissolved);
  }
  if (const auto flaw = FlawOfConfirm(moment, from, confirm)) {
    return Reject(moment, from, id, *flaw);
  }
  OwnVote& vote = moment.vote;
  DrawnBytes drawn = vote.Draw("seed secret");
  const auto sealed = moment.context.sealing->SealTo(
      confirm.box_key,
      BoxContext(moment.context, confirm.seed, TicketHash(moment.context, confirm.receiver)),
      vote.secret().bytes(), drawn);
  Wipe(drawn);
  if (!sealed.ok()) {
    moment.Report(from, Offence::kProtocolViolation);
    return Reject(moment, from, id, NegotiationReject::kBad);
  }
  disclosed_ = {.seed = confirm.seed, .secret = *sealed};
  seed_hash_ = confirm.seed;
  third_ = from;
  third_exchange_ = id;
  phase_ = Phase::kDisclosed;
  deadline_ = moment.now + moment.rules().ack_wait;
  moment.effects.Observe(SecretDisclosed{
      .ticket = vote.ticket_hash(), .seed = seed_hash_, .to = from, .coordinates = false});
  moment.Send(from, id, disclosed_);
}

// ---- the third ----

std::optional<NegotiationReject> Seeding::FlawOfSeed(const VoteMoment& moment) const {
  const OwnVote& vote = moment.vote;
  if (seed_.voters.size() != limits::kSeedRecords || seed_.votes.size() != limits::kSeedRecords) {
    return NegotiationReject::kBad;
  }
  if (seed_.peer == moment.self || seed_.peer == other_) return NegotiationReject::kBad;
  if (seed_.partner.registrant == seed_.coordinator.registrant)
    return NegotiationReject::kDuplicate;
  if (const auto flaw = FlawOf(moment, other_, seed_.peer, seed_.partner)) return flaw;
  const GroupSecret secret{std::span<const uint8_t, 32>(seed_.coordinator_secret)};
  const Key256 seed = SeedHash(moment.context, seed_);
  moment.effects.CountVerify();
  const bool good =
      moment.context.sealing->IsSecretOf(ticket_.pairing_key, secret) &&
      IsGranted(moment.context, ticket_.registrant, seed, vote.ticket_hash(), seed_.signature);
  if (good) return std::nullopt;
  moment.Report(other_, Offence::kProtocolViolation);
  return NegotiationReject::kBad;
}

void Seeding::Open(const VoteMoment& moment) {
  if (const auto flaw = FlawOfSeed(moment)) {
    Reject(moment, other_, exchange_, *flaw);
    return End(moment, {.end = SeedingOutcome::End::kGivenUp, .pool = {}, .awaits = {}});
  }
  phase_ = Phase::kOpening;
  seed_hash_ = SeedHash(moment.context, seed_);
  DrawnBytes drawn = moment.vote.Draw("box key");
  box_secret_ = moment.context.sealing->SecretFrom(drawn);
  Wipe(drawn);
  third_exchange_ = moment.random.Next();
  deadline_ = moment.now + moment.rules().confirm_wait;
  moment.Send(third_, third_exchange_,
              SeedConfirm{.seed = seed_hash_,
                          .coordinator = seed_.coordinator,
                          .receiver = moment.vote.ticket(),
                          .partner_key = seed_.partner.pairing_key,
                          .box_key = moment.context.sealing->KeyOf(box_secret_),
                          .signature = seed_.signature});
}

// Nothing: the secret is not the partner's, or the seed does not hold the two of the tickets.
std::optional<Pool> Seeding::PoolOf(const VoteMoment& moment, const SeedReceived& received) {
  const Sealing& sealing = *moment.context.sealing;
  OwnVote& vote = moment.vote;
  auto bytes = sealing.OpenAt(
      box_secret_, BoxContext(moment.context, seed_hash_, vote.ticket_hash()), received.secret);
  if (!bytes.has_value() || bytes->size() != sizeof(GroupElement)) return std::nullopt;
  std::array<GroupSecret, 2> secrets;
  secrets[0] = GroupSecret(std::span<const uint8_t, 32>(seed_.coordinator_secret));
  secrets[1] = GroupSecret(std::span<const uint8_t, 32>(bytes->data(), 32));
  Wipe(*bytes);
  const PairSeal seal = PairSealOf(moment.context, seed_.coordinator, seed_.partner);
  auto opened = OpenSeed(moment.context, seal, seed_, secrets);
  if (!opened.has_value()) return std::nullopt;

  Pool pool;
  pool.voters = std::move(opened->voters);
  pool.votes = std::move(opened->votes);
  const auto holds = [&pool](const PublicKey& registrant) {
    return std::any_of(pool.voters.begin(), pool.voters.end(),
                       [&](const VoterRecord& voter) { return voter.registrant == registrant; });
  };
  const bool both = holds(seed_.coordinator.registrant) && holds(seed_.partner.registrant);
  const Key256& nonce = vote.records().vote.nonce;
  const bool distinct = pool.votes[0].nonce != pool.votes[1].nonce &&
                        pool.votes[0].nonce != nonce && pool.votes[1].nonce != nonce;
  if (!both || !distinct) return std::nullopt;
  pool.voters.push_back(vote.records().voter);
  pool.votes.push_back(vote.records().vote);
  vote.Shuffle(std::span(pool.voters));
  vote.Shuffle(std::span(pool.votes));
  pool.members = {
      {moment.self, vote.ticket()}, {other_, seed_.coordinator}, {third_, seed_.partner}};
  pool.id = ListsHash(moment.context, vote.template_cid(), pool.voters, pool.votes);
  return pool;
}

bool Seeding::OnReceived(const VoteMoment& moment, PeerId from, const SeedReceived& received) {
  const bool asked = phase_ == Phase::kOpening && from == third_ && received.seed == seed_hash_;
  if (!asked) return false;
  std::optional<Pool> pool = PoolOf(moment, received);
  if (!pool.has_value()) {
    // One of the two has lied, and nothing says which.
    moment.Refuse(from, NegotiationReject::kBad);
    Dissolve(moment);
    return true;
  }
  moment.effects.Observe(SeedOpened{.ticket = moment.vote.ticket_hash(),
                                    .seed = seed_hash_,
                                    .coordinator = other_,
                                    .partner = third_});
  End(moment, {.end = SeedingOutcome::End::kPool, .pool = std::move(*pool), .awaits = {}});
  return true;
}

// ---- ends ----

PeerId Seeding::opener() const {
  const bool waits = phase_ == Phase::kOffering || phase_ == Phase::kDisclosed;
  return waits ? third_ : kNoPeer;
}

void Seeding::OnFormed(const VoteMoment& moment) {
  if (opener() == kNoPeer) return;
  End(moment, {.end = SeedingOutcome::End::kMember, .pool = {}, .awaits = {}});
}

bool Seeding::OnRefusal(const VoteMoment& moment, PeerId from, uint64_t id,
                        NegotiationReject reason) {
  if (phase_ == Phase::kIdle) return false;
  const bool by_other = from == other_ && id == exchange_;
  const bool by_third = from == third_ && id == third_exchange_;
  if (by_other || by_third) {
    Dissolve(moment);
    return true;
  }
  if (phase_ != Phase::kSeeking || !moment.others.TakeGreet(from, id).has_value()) return false;
  moment.others.Rest(moment, from, reason);
  return true;
}

void Seeding::OnLinkDown(const VoteMoment& moment, PeerId peer) {
  // The link to a partner may idle; whoever owes an answer is gone with its link.
  const bool waits =
      phase_ == Phase::kOffering || phase_ == Phase::kDisclosed || phase_ == Phase::kOpening;
  if (waits && peer == third_) Dissolve(moment);
}

void Seeding::OnDeadline(const VoteMoment& moment) {
  if (deadline_ <= moment.now) Dissolve(moment);
}

void Seeding::TellDissolved(const VoteMoment& moment) const {
  Reject(moment, other_, exchange_, NegotiationReject::kDissolved);
  if (third_ != kNoPeer) Reject(moment, third_, third_exchange_, NegotiationReject::kDissolved);
}

void Seeding::Dissolve(const VoteMoment& moment) {
  if (phase_ == Phase::kIdle) return;
  TellDissolved(moment);
  const bool opens = phase_ == Phase::kOpening;
  End(moment, {.end = opens ? SeedingOutcome::End::kGivenUp : SeedingOutcome::End::kDissolved,
               .pool = {},
               .awaits = {}});
}

void Seeding::End(const VoteMoment& moment, SeedingOutcome outcome) {
  Wipe(seed_.coordinator_secret);
  *this = Seeding();
  moment.others.Pause();
  outcome_ = std::move(outcome);
}

// ---- state ----

void Seeding::CollectPeers(PeerSet& peers) const {
  peers.Add(other_);
  peers.Add(third_);
}

template <typename State>
void Seeding::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("other", other_);
  state.Add("third", third_);
  state.Add("exchange", exchange_);
  state.Add("third exchange", third_exchange_);
  state.Add("seed", seed_hash_);
  state.Add("deadline", deadline_);
}

void Seeding::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Seeding::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Seeding::HeapBytes() const {
  size_t bytes = hidden_.voter.capacity() + hidden_.vote.capacity() + disclosed_.secret.capacity();
  for (const HiddenRecord& record : seed_.voters) bytes += record.sealed.capacity();
  for (const HiddenRecord& record : seed_.votes) bytes += record.sealed.capacity();
  return bytes;
}

}  // namespace core
