// PoolCoordination: a pool becomes a block. The transition table is in pool_coordination.h.
#include <algorithm>

#include "core/negotiation/pool_coordination.h"
#include "core/negotiation/vote_block.h"

namespace core {

Time PoolCoordination::TicketsEnd() const {
  Time end = Time::Never();
  for (const PoolMember& member : pool_.members) {
    end = std::min(end, PoolMoment::AtMs(member.ticket.expires_ms));
  }
  return end;
}

// Some time before the first ticket ends: for the signatures, and for what the block needs after them.
Time PoolCoordination::TicketTime(const PoolMoment& moment) const {
  return TicketsEnd() - moment.rules().sign_wait * 3;
}

// Drawn from the first half of the time in which pools form and nobody gives up yet: a whole election that
// passes its lists around in one second is a load that no network and no memory is made for.
Time PoolCoordination::FormTime(const PoolMoment& moment) {
  const NegotiationConfig& rules = moment.rules();
  const Duration period = moment.closes() - PoolMoment::AtMs(moment.terms.opens_ms);
  const Duration before = period * rules.form_percent / 100;
  const Duration spread = period * std::max(rules.form_percent - rules.unitary_percent, 0) / 200;
  return moment.closes() - before +
         Duration{moment.random.Between(0, std::max<int64_t>(spread.us, 0))};
}

bool PoolCoordination::IsFormDue(const PoolMoment& moment) const {
  const NegotiationConfig& rules = moment.rules();
  const bool full =
      pool_.size() + static_cast<size_t>(rules.margin) >= static_cast<size_t>(rules.capacity);
  return full || form_at_ <= moment.now;
}

void PoolCoordination::BeginForm(const PoolMoment& moment) {
  const Duration wait = std::min(moment.rules().sign_wait, moment.closes() - moment.now);
  form_ = std::make_unique<BlockForm>();
  *form_ = {.pool = pool_.id,
            .epoch = pool_.epoch,
            .voters = pool_.voters,
            .votes = pool_.votes,
            .cid = ListsHash(moment.context, moment.template_cid(), pool_.voters, pool_.votes),
            .deadline_ms = (moment.now + wait).us / 1000};
  const SignObjection objection =
      ObjectionTo(moment.context, moment.template_cid(), *form_, moment.own);
  if (objection != SignObjection::kNone) {
    moment.effects.Observe(
        SignRefused{.cid = form_->cid, .ticket = moment.ticket_hash, .objection = objection});
    return Dissolve(moment, {});
  }
  merge_ = {};
  phase_ = Phase::kSigning;
  signatures_ = {SignBlock(moment, form_->cid)};
  roll_.Begin(moment, Others(moment), wait);
  moment.SendAll(roll_.missing(), roll_.id(), *form_);
}

// Under whatever id: the signature says what it is for.
bool PoolCoordination::OnSign(const PoolMoment& moment, PeerId from, const BlockSign& sign) {
  if (sign.pool != pool_.id || !IsMember(from)) return false;
  if (phase_ != Phase::kSigning || sign.cid != form_->cid || !roll_.IsMissing(from, roll_.id())) {
    return true;
  }
  if (sign.objection != SignObjection::kNone) {
    Dissolve(moment, {});
    return true;
  }
  const auto member = std::find_if(pool_.members.begin(), pool_.members.end(),
                                   [&](const PoolMember& each) { return each.peer == from; });
  if (sign.signature.registrant != member->ticket.registrant ||
      !IsSignatureOf(moment, sign.cid, sign.signature)) {
    moment.Accuse(from, Offence::kBadSignature);
    Dissolve(moment, {});
    return true;
  }
  signatures_.push_back(sign.signature);
  if (roll_.OnAnswer(from, roll_.id()) && roll_.complete()) EndRound(moment);
  return true;
}

void PoolCoordination::FinishForm(const PoolMoment& moment) {
  std::sort(
      signatures_.begin(), signatures_.end(),
      [](const BlockSignature& a, const BlockSignature& b) { return a.registrant < b.registrant; });
  moment.SendAll(Others(moment), 0,
                 BlockSigned{.pool = pool_.id, .cid = form_->cid, .signatures = signatures_});
  ReportBlock(moment, *form_, signatures_);
  ReportLeft(moment, Place(moment), PoolLeaving::kSigned);
  End(moment, {.kind = PoolEnd::Kind::kBlock,
               .cid = form_->cid,
               .voters = static_cast<uint16_t>(pool_.size())});
}

}  // namespace core
