// What the host reports of dials and links, and the messages that come over them.
#include <algorithm>
#include <utility>

#include "node/discovery/discovery.h"

namespace node {
namespace {

constexpr uint32_t kMalformedPoints = 20;
constexpr uint32_t kTooEarlyPoints = 20;
constexpr uint32_t kUnsolicitedPoints = 50;
constexpr uint32_t kStrayResultPoints = 5;  // An honest one may be late.
// Spread, because a network that starts together would ask its first node all at once.
constexpr core::Duration kProbeDelayMin = core::Milliseconds(500);
constexpr core::Duration kProbeDelayMax = core::Seconds(4);
constexpr core::Duration kShortLink = core::Seconds(60);
constexpr size_t kOwnEndpointsMax = 16;

}  // namespace

bool Discovery::IsBanned(const core::NodeId& id, const IpAddress& ip, core::Time now) const {
  return bans_.IsBanned(id, now) || bans_.IsBanned(ip, now);
}

void Discovery::SendMessage(LinkId link, const DiscoveryMessage& message,
                            DiscoveryEffects& effects) const {
  effects.emplace_back(Send{link, EncodeMessage(message)});
}

void Discovery::OnLinkUp(core::Time now, const LinkUp& up, DiscoveryEffects& effects) {
  if (!up.dial.has_value()) {
    OnInbound(now, up, effects);
    return;
  }
  const auto found = dials_.find(*up.dial);
  if (found == dials_.end()) {  // It came after kDialWait.
    effects.emplace_back(Close{up.link, CloseCause::kUnknown});
    return;
  }
  const PendingDial dial = found->second;
  dials_.erase(found);
  OnOutbound(now, up, dial, effects);
  FillSoon(now);
}

void Discovery::OnInbound(core::Time now, const LinkUp& up, DiscoveryEffects& effects) {
  if (IsBanned(up.id, up.remote.ip, now)) {
    effects.emplace_back(Close{up.link, CloseCause::kBanned});
    return;
  }
  if (up.stated_port != 0) {
    const IpEndpoint stated = {up.remote.ip, up.stated_port};
    if (!own_endpoints_.contains(stated)) {
      book_.Hear({stated, up.id, GroupOf(up.remote.ip), now}, now);
    }
  }
  if (inbound() >= settings_.inbound_max) {
    if (settings_.exchange) {
      Peers refusal = MakeAnswer(book_, up.remote.ip, up.id, now, random_);
      refusal.refusal = true;
      SendMessage(up.link, refusal, effects);
    }
    effects.emplace_back(Close{up.link, CloseCause::kFull});
    return;
  }
  Link link;
  link.id = up.id;
  link.remote = up.remote;
  link.stated_port = up.stated_port;
  link.opened = link.probe_served_at = link.probe_asked_at = now;
  links_.emplace(up.link, link);
}

void Discovery::OnOutbound(core::Time now, const LinkUp& up, const PendingDial& dial,
                           DiscoveryEffects& effects) {
  const bool numeric = dial.address.name.empty();
  const IpEndpoint endpoint = numeric ? dial.address.endpoint : up.remote;
  const auto back = dial_backs_.Take(*up.dial);
  const auto asker = back.has_value() ? links_.find(back->asker) : links_.end();
  if (dial.seed.has_value()) {
    const auto& pinned = settings_.seeds[*dial.seed].id;
    if (pinned.has_value() && *pinned != up.id) {
      effects.emplace_back(Close{up.link, CloseCause::kWrongIdentity});
      return;
    }
    seeds_[*dial.seed].id = up.id;
  }
  book_.Verified(endpoint, up.id, now);
  if (back.has_value()) {
    const bool same = asker != links_.end() && asker->second.id == up.id;
    if (same) SendMessage(up.link, NatProbeBack{back->token}, effects);
    AnswerProbe(*back, same, effects);
  }
  if (dial.purpose == DialPurpose::kBack || dial.purpose == DialPurpose::kFeeler) {
    effects.emplace_back(Close{up.link, CloseCause::kDone});
    return;
  }
  if (IsBanned(up.id, endpoint.ip, now)) {
    effects.emplace_back(Close{up.link, CloseCause::kBanned});
    return;
  }
  Link link;
  link.id = up.id;
  link.remote = endpoint;
  link.outbound = true;
  link.seed = dial.seed;
  link.opened = link.probe_served_at = link.probe_asked_at = now;
  link.exchange = PeerExchange(/*dialled=*/true);
  const bool ask = settings_.exchange && book_.size() < settings_.need_more;
  if (ask) {
    link.exchange.OnAsked(now);
    SendMessage(up.link, GetPeers{}, effects);
  }
  if (links_.emplace(up.link, link).second) ++outbound_;
  if (settings_.probe && settings_.listen_port != 0 && reachability() == Reachability::kUnknown) {
    const core::Duration delay{random_.Between(kProbeDelayMin.us, kProbeDelayMax.us)};
    probe_at_ = std::min(probe_at_, now + delay);
  }
}

void Discovery::OnLinkDown(core::Time now, LinkId id) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const Link link = found->second;
  links_.erase(found);
  prober_.OnLinkDown(id);
  if (!link.outbound) return;
  --outbound_;
  if (now - link.opened < kShortLink) {
    book_.Postpone(link.remote, now + Jittered(settings_.full_retry));
  } else {
    book_.Alive(link.remote, now);
    if (link.seed.has_value()) seeds_[*link.seed].backoff.Reset();
  }
  FillSoon(now);
}

void Discovery::OnDialFailed(core::Time now, const DialFailed& failed, DiscoveryEffects& effects) {
  const auto found = dials_.find(failed.dial);
  if (found == dials_.end()) return;
  const PendingDial dial = found->second;
  dials_.erase(found);
  const IpEndpoint endpoint = dial.address.endpoint;
  const bool numeric = dial.address.name.empty();
  const bool up = failed.error == DialError::kDuplicate || failed.error == DialError::kFull;
  if (numeric && up && failed.id.has_value()) book_.Verified(endpoint, *failed.id, now);
  if (const auto back = dial_backs_.Take(failed.dial)) {
    const auto asker = links_.find(back->asker);
    const bool same = asker != links_.end() && failed.id == asker->second.id;
    AnswerProbe(*back, up && same, effects);
  }
  if (dial.seed.has_value() && up && failed.id.has_value()) seeds_[*dial.seed].id = failed.id;
  switch (failed.error) {
    case DialError::kDuplicate:
      break;
    case DialError::kUnreachable:
      if (numeric) book_.Failed(endpoint, now, random_);
      break;
    case DialError::kFull:
      if (numeric) book_.Postpone(endpoint, now + Jittered(settings_.full_retry));
      break;
    case DialError::kSelf:
      if (dial.seed.has_value()) seeds_[*dial.seed].self = true;
      if (numeric && own_endpoints_.size() < kOwnEndpointsMax) own_endpoints_.insert(endpoint);
      [[fallthrough]];
    case DialError::kRefused:
      if (numeric) book_.Erase(endpoint);
      break;
  }
  FillSoon(now);
}

void Discovery::OnReceived(core::Time now, const Received& received, DiscoveryEffects& effects) {
  const auto found = links_.find(received.link);
  if (found == links_.end()) return;
  DiscoveryMessage message;
  const core::DecodeError error = DecodeMessage(received.bytes, message);
  if (!error.ok()) {
    // Another version's messages are its business; anything else is a fault.
    const bool foreign =
        error == core::DecodeError::kUnknownType || error == core::DecodeError::kWrongVersion;
    if (!foreign) Punish(now, received.link, Penalty::kMalformed, kMalformedPoints, effects);
    return;
  }
  Link& link = found->second;
  if (std::holds_alternative<GetPeers>(message)) {
    OnGetPeers(now, received.link, link, effects);
  } else if (const auto* peers = std::get_if<Peers>(&message)) {
    OnPeers(now, received.link, link, *peers, effects);
  } else if (const auto* probe = std::get_if<NatProbe>(&message)) {
    OnNatProbe(now, received.link, link, *probe, effects);
  } else if (const auto* back = std::get_if<NatProbeBack>(&message)) {
    static_cast<void>(prober_.OnBack(back->token, link.outbound));  // An honest one may be late.
  } else if (const auto* result = std::get_if<NatResult>(&message)) {
    if (!prober_.OnResult(received.link, *result)) {
      Punish(now, received.link, Penalty::kUnsolicited, kStrayResultPoints, effects);
    }
  }
}

void Discovery::OnGetPeers(core::Time now, LinkId id, Link& link, DiscoveryEffects& effects) {
  if (!link.exchange.OnGetPeers(now)) {
    Punish(now, id, Penalty::kTooEarly, kTooEarlyPoints, effects);
    return;
  }
  Peers answer;
  if (settings_.exchange) answer = MakeAnswer(book_, link.remote.ip, link.id, now, random_);
  SendMessage(id, answer, effects);
}

void Discovery::OnPeers(core::Time now, LinkId id, Link& link, const Peers& peers,
                        DiscoveryEffects& effects) {
  if (!link.exchange.OnPeers(peers.refusal)) {
    Punish(now, id, Penalty::kUnsolicited, kUnsolicitedPoints, effects);
    return;
  }
  const IpGroup source = GroupOf(link.remote.ip);
  for (const PeerRecord& record : peers.records) {
    const bool own = record.id == self_ || own_endpoints_.contains(record.endpoint);
    if (own || !InScope(record.endpoint.ip, link.remote.ip)) continue;
    book_.Hear({record.endpoint, record.id, source, now - core::Seconds(record.age_s)}, now);
  }
  if (peers.refusal) {
    book_.Postpone(link.remote, now + Jittered(settings_.full_retry));
    effects.emplace_back(Close{id, CloseCause::kRefusedByPeer});
  }
  FillSoon(now);
}

void Discovery::OnNatProbe(core::Time now, LinkId id, Link& link, const NatProbe& probe,
                           DiscoveryEffects& effects) {
  if (now < link.probe_served_at) {
    Punish(now, id, Penalty::kTooEarly, kTooEarlyPoints, effects);
    return;
  }
  link.probe_served_at = now + DialBacks::kServeInterval;
  const IpEndpoint endpoint = {link.remote.ip, probe.port};
  const DialId dial = next_dial_;
  if (!dial_backs_.Add(dial, {id, probe.token, endpoint, now + DialBacks::kWait})) return;
  StartDial({DialPurpose::kBack, {"", endpoint}, {}, now + kDialWait}, link.id, effects);
}

void Discovery::AnswerProbe(const DialBacks::Open& open, bool reached, DiscoveryEffects& effects) {
  if (!links_.contains(open.asker)) return;
  SendMessage(open.asker, NatResult{open.token, reached, open.endpoint.ip}, effects);
}

void Discovery::Punish(core::Time now, LinkId id, Penalty penalty, uint32_t points,
                       DiscoveryEffects& effects) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const Link& link = found->second;
  const uint32_t score = scores_.Add(link.id, points, now);
  effects.emplace_back(Penalised{link.id, penalty, score});
  if (score < kBanPoints) return;
  BanNode(now, {link.id, link.remote.ip, BanReason::kFaults, now + settings_.ban}, effects);
}

void Discovery::BanNode(core::Time now, const Ban& ban, DiscoveryEffects& effects) {
  bans_.Add(ban, now);
  scores_.Forget(ban.id);
  effects.emplace_back(Banned{ban});
  // The link stays known until the host says that it is down.
  for (const auto& [id, link] : links_) {
    if (link.id == ban.id) effects.emplace_back(Close{id, CloseCause::kBanned});
  }
  persist_at_ = std::min(persist_at_, now + core::Seconds(10));
}

}  // namespace node
