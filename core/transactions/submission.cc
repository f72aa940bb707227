#include "core/transactions/submission.h"

#include <algorithm>
#include <utility>

#include "core/repository/rows.h"
#include "core/transactions/certificate.h"
#include "core/transactions/mail.h"

namespace core {

Submission::Submission(const TxMoment& moment, const Transaction& transaction, Bytes value,
                       std::vector<PeerId> coordinators)
    : transaction_(transaction),
      value_(std::move(value)),
      coordinators_(std::move(coordinators)),
      id_(moment.random.Next()) {
  SignTransaction(moment, transaction_);
  give_up_at_ = Time{transaction_.expires_ms * 1000} + moment.config().member_wait * 4;
  Try(moment);
}

void Submission::Finish(TxVerdict verdict, RejectReason reason) {
  finished_ = true;
  verdict_ = verdict;
  reason_ = reason;
}

void Submission::Try(const TxMoment& moment) {
  // A coordinator needs two writes to its disk and two rounds of messages.
  deadline_ = moment.now + moment.config().member_wait * 2;
  const Time expiry{transaction_.expires_ms * 1000};
  if (moment.now < expiry && next_ < coordinators_.size()) {
    return moment.mail.Post(moment, coordinators_[next_++], id_,
                            TxSubmit{.transaction = transaction_, .value = value_});
  }
  if (!silent_) return Finish(TxVerdict::kUnavailable, RejectReason::kNone);
  deadline_ = std::min(deadline_, give_up_at_);
}

// A decision with its proof.
void Submission::Learn(const TxMoment& moment, const Certificate& certificate, TxVerdict verdict,
                       RejectReason reason) {
  if (!(certificate.record.transaction == transaction_)) return;
  const Key256 tx = HashOf(moment, certificate.record);
  if (!IsValid(moment, certificate, tx)) return;
  if (certificate.committed) {
    certificate_ = certificate;
    durable_ = IsShownDurable(moment, certificate, tx);
    return Finish(TxVerdict::kCommitted, RejectReason::kNone);
  }
  if (!silent_) Finish(verdict, reason);
}

void Submission::OnResult(const TxMoment& moment, PeerId from, const TxResult& result) {
  if (finished_ || result.id != transaction_.id) return;
  answered_by_ = from;
  if (!result.certificate.empty()) {
    return Learn(moment, result.certificate, result.verdict, result.reason);
  }
  switch (result.verdict) {
    case TxVerdict::kCommitted:
      return;  // Without proof it says nothing.
    case TxVerdict::kUnavailable:
      return Try(moment);
    case TxVerdict::kInDoubt:
      silent_ = true;
      return;
    case TxVerdict::kStale:
    case TxVerdict::kConflict:
    case TxVerdict::kRejected:
      if (!silent_) Finish(result.verdict, result.reason);
      return;
  }
}

void Submission::OnStatus(const TxMoment& moment, PeerId, const TxStatusReply& reply) {
  if (finished_ || reply.id != transaction_.id || reply.certificate.empty()) return;
  Learn(moment, reply.certificate, TxVerdict::kConflict, RejectReason::kNone);
}

void Submission::OnDeadline(const TxMoment& moment) {
  if (finished_ || deadline_ > moment.now) return;
  silent_ = true;
  if (give_up_at_ <= moment.now) return Finish(TxVerdict::kInDoubt, RejectReason::kNone);
  for (const PeerId peer : coordinators_) {
    moment.mail.Post(moment, peer, id_, TxStatus{.id = transaction_.id});
  }
  Try(moment);
}

template <typename State>
void Submission::Tell(State& state) const {
  state.Add("request", id_);
  state.Add("id", transaction_.id.bytes);
  state.Show("action", transaction_.action);
  state.Show("block", transaction_.block);
  state.Add("next coordinator", next_);
  state.Add("silent", silent_);
  state.Add("finished", finished_);
  state.Add("deadline", deadline_);
  state.Add("gives up", give_up_at_);
  state.Add("verdict", verdict_);
  state.Add("reason", reason_);
  state.Add("answered by", answered_by_);
  TellCertificate(state, "certificate", certificate_);
  state.Add("durable", durable_);
  state.Add("coordinators", coordinators_);
}

void Submission::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Submission::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core
