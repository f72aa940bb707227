#include "node/discovery/discovery.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "node/discovery/persisted_peers.h"

namespace node {
namespace {

constexpr core::Duration kFillPause = core::Milliseconds(100);
constexpr core::Duration kFillFirst = core::Seconds(1);
constexpr core::Duration kRefreshInterval = core::Seconds(30);
constexpr core::Duration kProbeRetry = core::Seconds(10);
constexpr core::Duration kProbeSameLink = core::Seconds(75);  // Above what is served (nat_probe.h).
constexpr core::Duration kProbeBehindNat = core::Minutes(10);
constexpr core::Duration kProbePublic = core::Minutes(60);
constexpr core::Duration kBanCommandMax = core::Minutes(60) * 24 * 365 * 10;
constexpr size_t kAskedPerFill = 2;
constexpr size_t kDialsMin = Discovery::kSurplusMax + 1;
constexpr uint32_t kIdleFillsMax = 5;

}  // namespace

std::string_view TextOf(DialPurpose purpose) {
  constexpr std::string_view kTexts[] = {"peer", "seed", "feeler", "back"};
  return kTexts[static_cast<size_t>(purpose)];
}

std::string_view TextOf(CloseCause cause) {
  constexpr std::string_view kTexts[] = {
      "done", "full", "banned", "refused by peer", "wrong identity", "unknown dial"};
  return kTexts[static_cast<size_t>(cause)];
}

std::string_view TextOf(Penalty penalty) {
  constexpr std::string_view kTexts[] = {"malformed", "too early", "unsolicited", "elsewhere"};
  return kTexts[static_cast<size_t>(penalty)];
}

Discovery::Discovery(const core::NodeId& self, DiscoverySettings settings, const BucketKey& key,
                     const core::Random& random, core::Time now)
    : self_(self),
      settings_(std::move(settings)),
      random_(random),
      book_(key),
      prober_(settings_.listen_port != 0),
      seeds_(settings_.seeds.size()),
      fill_at_(now),
      ask_at_(now),
      feeler_at_(now),
      probe_at_(core::Time::Never()),
      refresh_at_(now + kRefreshInterval),
      persist_at_(now) {
  CHECK(settings_.ensure_period.us > 0 && settings_.feeler_interval.us > 0);
  feeler_at_ = now + Jittered(settings_.feeler_interval);
  persist_at_ = now + Jittered(settings_.persist_interval);
}

void Discovery::Step(core::Time now, const DiscoveryInput& input, DiscoveryEffects& effects) {
  const Reachability before = reachability();
  if (std::holds_alternative<Tick>(input)) {
    OnTick(now, effects);
  } else if (const auto* up = std::get_if<LinkUp>(&input)) {
    OnLinkUp(now, *up, effects);
  } else if (const auto* down = std::get_if<LinkDown>(&input)) {
    OnLinkDown(now, down->link);
  } else if (const auto* failed = std::get_if<DialFailed>(&input)) {
    OnDialFailed(now, *failed, effects);
  } else if (const auto* received = std::get_if<Received>(&input)) {
    OnReceived(now, *received, effects);
  } else if (const auto* fault = std::get_if<Fault>(&input)) {
    Punish(now, fault->link, Penalty::kElsewhere, fault->points, effects);
  } else if (const auto* ban = std::get_if<BanCommand>(&input)) {
    const core::Duration span = std::min(ban->span, kBanCommandMax);
    BanNode(now, {ban->id, {}, BanReason::kOperator, now + span}, effects);
  }
  if (reachability() == before) return;
  effects.emplace_back(ReachabilityChanged{reachability()});
}

core::Time Discovery::NextDeadline() const {
  core::Time next = std::min({fill_at_, feeler_at_, probe_at_, refresh_at_, persist_at_});
  next = std::min({next, prober_.NextDeadline(), dial_backs_.NextDeadline()});
  for (const auto& [id, dial] : dials_) next = std::min(next, dial.ends_at);
  return next;
}

void Discovery::OnTick(core::Time now, DiscoveryEffects& effects) {
  ExpireDials(now, effects);
  if (prober_.open() && now >= prober_.NextDeadline()) prober_.OnDeadline(now);
  if (now >= probe_at_) AskForProbes(now, effects);
  if (now >= refresh_at_) Refresh(now);
  if (now >= fill_at_) Fill(now, effects);
  if (now >= feeler_at_) SendFeeler(now, effects);
  if (now >= persist_at_) {
    persist_at_ = now + Jittered(settings_.persist_interval);
    effects.emplace_back(Persist{});
  }
}

void Discovery::ExpireDials(core::Time now, DiscoveryEffects& effects) {
  while (const auto open = dial_backs_.TakeExpired(now)) AnswerProbe(*open, false, effects);
  std::vector<DialId> late;
  for (const auto& [id, dial] : dials_) {
    if (dial.ends_at <= now) late.push_back(id);
  }
  for (const DialId id : late) OnDialFailed(now, {id, DialError::kUnreachable, {}}, effects);
}

void Discovery::Refresh(core::Time now) {
  refresh_at_ = now + kRefreshInterval;
  for (const auto& [id, link] : links_) {
    if (link.outbound) book_.Alive(link.remote, now);
  }
  bans_.Sweep(now);
}

core::Duration Discovery::Jittered(core::Duration span) {
  const core::Duration slack = span / 4;
  return {random_.Between((span - slack).us, (span + slack).us)};
}

void Discovery::FillSoon(core::Time now) {
  fill_at_ = std::min(fill_at_, std::max(now, filled_at_ + kFillPause));
}

size_t Discovery::PendingDials() const {
  return static_cast<size_t>(std::count_if(dials_.begin(), dials_.end(), [](const auto& entry) {
    return entry.second.purpose == DialPurpose::kPeer || entry.second.purpose == DialPurpose::kSeed;
  }));
}

void Discovery::Fill(core::Time now, DiscoveryEffects& effects) {
  filled_at_ = now;
  bool dialled = false;
  bool exhausted = false;
  // The last missing connection is looked for at several addresses at once: most of those in a book
  // may be dead, and each of them takes a time-out.
  const size_t missing = settings_.desired - std::min(outbound_, settings_.desired);
  const size_t at_once =
      missing == 0 ? 0 : std::min(std::max(missing, kDialsMin), settings_.dials_max);
  while (!exhausted && PendingDials() < at_once) {
    exhausted = !DialFromBook(now, effects);
    dialled = dialled || !exhausted;
  }
  // Seeds are for those who know nobody else: they serve the whole network.
  const bool short_of_peers = outbound_ + PendingDials() == 0 || book_.size() < settings_.desired;
  if (exhausted && short_of_peers) dialled = DialSeed(now, effects) || dialled;
  if (outbound_ < settings_.desired || now >= ask_at_) AskForPeers(now, effects);
  idle_fills_ = dialled ? 0 : std::min(idle_fills_ + 1, kIdleFillsMax);
  const core::Duration pause = outbound_ >= settings_.desired
                                   ? settings_.ensure_period
                                   : kFillFirst * (int64_t{1} << idle_fills_);
  fill_at_ = now + Jittered(std::min(pause, settings_.ensure_period));
  if (!exhausted || idle_fills_ == kIdleFillsMax) return;
  for (const auto& [id, link] : links_) {
    if (link.exchange.may_ask_at() > now) fill_at_ = std::min(fill_at_, link.exchange.may_ask_at());
  }
}

Discovery::Busy Discovery::BusyPeers(DialPurpose purpose) const {
  Busy busy;
  for (const auto& [id, link] : links_) {
    busy.ids.insert(link.id);
    if (!link.outbound) {
      const IpEndpoint stated = {link.remote.ip, link.stated_port};
      if (purpose != DialPurpose::kFeeler) busy.endpoints.insert(stated);
      continue;
    }
    busy.endpoints.insert(link.remote);
    busy.groups.insert(GroupOf(link.remote.ip));
  }
  for (const auto& [id, dial] : dials_) {
    if (!dial.address.name.empty()) continue;
    busy.endpoints.insert(dial.address.endpoint);
    busy.groups.insert(GroupOf(dial.address.endpoint.ip));
  }
  return busy;
}

bool Discovery::MayDial(const KnownPeer& peer, const Busy& busy, core::Time now) const {
  if (busy.endpoints.contains(peer.endpoint) || own_endpoints_.contains(peer.endpoint))
    return false;
  // An id that was only claimed counts for nothing: it must not keep us from an honest address.
  if (peer.verified && (busy.ids.contains(peer.id) || bans_.IsBanned(peer.id, now))) return false;
  return !bans_.IsBanned(peer.endpoint.ip, now);
}

bool Discovery::DialFromBook(core::Time now, DiscoveryEffects& effects) {
  const Busy busy = BusyPeers(DialPurpose::kPeer);
  // An attacker's addresses tend to lie in few groups: others are preferred, but not demanded.
  const KnownPeer* peer = book_.Select(now, random_, [&](const KnownPeer& candidate) {
    return !busy.groups.contains(GroupOf(candidate.endpoint.ip)) && MayDial(candidate, busy, now);
  });
  if (peer == nullptr) {
    peer = book_.Select(now, random_,
                        [&](const KnownPeer& candidate) { return MayDial(candidate, busy, now); });
  }
  if (peer == nullptr) return false;
  StartDial({DialPurpose::kPeer, {"", peer->endpoint}, {}, now + kDialWait}, {}, effects);
  return true;
}

bool Discovery::DialSeed(core::Time now, DiscoveryEffects& effects) {
  const Busy busy = BusyPeers(DialPurpose::kSeed);
  std::vector<size_t> ready;
  for (size_t i = 0; i < seeds_.size(); ++i) {
    const Seed& seed = settings_.seeds[i];
    const bool linked =
        (seeds_[i].id.has_value() && busy.ids.contains(*seeds_[i].id)) ||
        (seed.address.name.empty() && busy.endpoints.contains(seed.address.endpoint));
    const bool dialling = std::any_of(dials_.begin(), dials_.end(),
                                      [&](const auto& entry) { return entry.second.seed == i; });
    if (!linked && !dialling && !seeds_[i].self && seeds_[i].backoff.Ready(now)) ready.push_back(i);
  }
  if (ready.empty()) return false;
  const size_t chosen = ready[random_.Below(ready.size())];
  // Counts as a failure until the link has lasted: a seed that hangs up is not dialled in a loop.
  seeds_[chosen].backoff.OnFailure(now, settings_.seed_retry, random_);
  const Seed& seed = settings_.seeds[chosen];
  StartDial({DialPurpose::kSeed, seed.address, chosen, now + kDialWait}, seed.id, effects);
  return true;
}

void Discovery::SendFeeler(core::Time now, DiscoveryEffects& effects) {
  feeler_at_ = now + Jittered(settings_.feeler_interval);
  const Busy busy = BusyPeers(DialPurpose::kFeeler);
  if (const auto owner = book_.NextContest()) {
    const KnownPeer* peer = book_.Find(*owner);
    if (peer != nullptr && busy.ids.contains(peer->id)) {
      book_.Verified(*owner, core::NodeId(peer->id), now);
    } else if (!busy.endpoints.contains(*owner)) {
      StartDial({DialPurpose::kFeeler, {"", *owner}, {}, now + kDialWait}, {}, effects);
    }
    return;
  }
  const KnownPeer* peer = book_.SelectNew(
      now, random_, [&](const KnownPeer& candidate) { return MayDial(candidate, busy, now); });
  if (peer == nullptr) return;
  StartDial({DialPurpose::kFeeler, {"", peer->endpoint}, {}, now + kDialWait}, {}, effects);
}

void Discovery::StartDial(const PendingDial& dial, std::optional<core::NodeId> expected,
                          DiscoveryEffects& effects) {
  const DialId id = next_dial_++;
  dials_.emplace(id, dial);
  effects.emplace_back(Dial{id, dial.address, expected, dial.purpose});
}

void Discovery::AskForPeers(core::Time now, DiscoveryEffects& effects) {
  if (!settings_.exchange || book_.size() >= settings_.need_more) return;
  ask_at_ = now + settings_.ensure_period;
  // Whom we dialled was our choice; who dialled us may be an attacker's, but is better than nobody.
  std::vector<LinkId> willing;
  for (const bool outbound : {true, false}) {
    for (const auto& [id, link] : links_) {
      if (link.outbound == outbound && link.exchange.MayAsk(now)) willing.push_back(id);
    }
    if (!willing.empty()) break;
  }
  random_.Shuffle(std::span<LinkId>(willing));
  willing.resize(std::min(willing.size(), kAskedPerFill));
  for (const LinkId id : willing) {
    links_.at(id).exchange.OnAsked(now);
    SendMessage(id, GetPeers{}, effects);
  }
}

void Discovery::AskForProbes(core::Time now, DiscoveryEffects& effects) {
  if (prober_.open()) {
    probe_at_ = now + kProbeRetry;
    return;
  }
  std::vector<LinkId> willing;
  for (const auto& [id, link] : links_) {
    if (link.outbound && now >= link.probe_asked_at) willing.push_back(id);
  }
  random_.Shuffle(std::span<LinkId>(willing));
  willing.resize(std::min(willing.size(), NatProber::kAskedMax));
  for (const LinkId id : willing) {
    links_.at(id).probe_asked_at = now + kProbeSameLink;
    // Not of random_: whoever sees draws of a generator may guess the next ones.
    std::vector<uint8_t> preimage;
    preimage.reserve(32);
    core::CanonicalWriter writer(preimage);
    writer.Literal("probe");
    writer.I64(now.us);
    writer.U64(++tokens_drawn_);
    const uint64_t token = KeyedHash(book_.key(), preimage);
    prober_.OnAsked(id, token, now);
    SendMessage(id, NatProbe{token, settings_.listen_port}, effects);
  }
  const core::Duration pause = reachability() == Reachability::kUnknown  ? kProbeRetry
                               : reachability() == Reachability::kPublic ? kProbePublic
                                                                         : kProbeBehindNat;
  probe_at_ = willing.empty() ? now + kProbeRetry : now + Jittered(pause);
}

std::vector<uint8_t> Discovery::Encode(const Moment& now) const {
  return EncodePeers(book_, bans_, now);
}

core::Status Discovery::Restore(std::span<const uint8_t> bytes, const Moment& now) {
  ASSIGN_OR_RETURN(PersistedPeers peers, DecodePeers(bytes, now));
  book_ = std::move(peers.book);
  bans_ = std::move(peers.bans);
  return absl::OkStatus();
}

}  // namespace node
