// Submission: one transaction of a client on its way through a coordinator.
//
//   event                                        becomes
//   TxResult with a certificate                  done
//   TxResult refused, nobody was silent before   done, or the next coordinator (kUnavailable)
//   silence for patience                         the same transaction to the next coordinator, TxStatus to all
//   TxStatusReply with a certificate             done
//   expiry and a wait                            in doubt
//
// The same signed transaction goes to every coordinator: where they see the same members it is the
// same consensus, so that asking twice never writes twice. Once a coordinator was silent, a refusal
// of another one proves nothing: it may have declared other members. Then only a commit ends the
// doubt. Owner: a call of Client. Source: protocol document, 1.4.6 and 1.4.8.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/transactions/tx_moment.h"

namespace core {

class Submission {
 public:
  // Coordinators in the order in which they are tried. Signs the transaction.
  Submission(const TxMoment& moment, const Transaction& transaction, Bytes value,
             std::vector<PeerId> coordinators);

  void OnResult(const TxMoment& moment, PeerId from, const TxResult& result);
  void OnStatus(const TxMoment& moment, PeerId from, const TxStatusReply& reply);
  void OnDeadline(const TxMoment& moment);

  [[nodiscard]] Time NextDeadline() const { return finished_ ? Time::Never() : deadline_; }

  [[nodiscard]] bool finished() const { return finished_; }

  [[nodiscard]] uint64_t id() const { return id_; }

  [[nodiscard]] TxVerdict verdict() const { return verdict_; }

  [[nodiscard]] RejectReason reason() const { return reason_; }

  // Of a commit.
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }

  // A majority's acks came with it. Otherwise it is decided, and perhaps one member knows.
  [[nodiscard]] bool durable() const { return durable_; }

  [[nodiscard]] const Transaction& transaction() const { return transaction_; }

  // Who answered last.
  [[nodiscard]] PeerId coordinator() const { return answered_by_; }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Try(const TxMoment& moment);
  void Finish(TxVerdict verdict, RejectReason reason);
  void Learn(const TxMoment& moment, const Certificate& certificate, TxVerdict verdict,
             RejectReason reason);

  Transaction transaction_;
  Bytes value_;
  std::vector<PeerId> coordinators_;
  size_t next_ = 0;
  uint64_t id_ = 0;
  bool silent_ = false;  // Somebody was asked and said nothing, or did not know.
  bool finished_ = false;
  Time deadline_;
  Time give_up_at_;
  TxVerdict verdict_ = TxVerdict::kInDoubt;
  RejectReason reason_ = RejectReason::kNone;
  Certificate certificate_;
  bool durable_ = false;
  PeerId answered_by_ = kNoPeer;
};

}  // namespace core
