// An election as its entries in the Elections diary tell it: the template in force, the dealings of
// its key, what its holders release, its certification. A fold: the same entries in the same order
// give the same election, to everybody.
//
// An entry that is refused changes nothing; since anybody may append to a diary, readers skip it.
// Revising holders or threshold starts the dealings anew. A dealer whose bad part was shown is out,
// and with it the key, until a revision replaces it. A dealing just before voting leaves no time to
// complain: so voting must not begin before each holder has confirmed its share (KeyIsReady).
// Times are what signers say: who follows the diary holds them against its own clock.
// Thread rule: one thread; const calls from several. Errors: which entry, what, found, allowed.
// Source: protocol document, 1.5 (Elections), 2.2; docs/decisions/0024.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/crypto/threshold_key.h"
#include "core/election/entry.h"
#include "core/election/records.h"
#include "core/election/template.h"

namespace core {

class Election {
 public:
  // Errors: not a first revision, or not signed by its authorities.
  static StatusOr<Election> Of(const Suite& suite, const ElectionEntry& first);

  Status Apply(const ElectionEntry& entry);

  // The cid of the first revision: what everybody calls the election.
  [[nodiscard]] const Key256& id() const { return id_; }

  [[nodiscard]] const ElectionTemplate& definition() const { return definition_; }

  [[nodiscard]] ElectionTerms terms() const { return {*suite_, definition_, cid_, sharing_.key()}; }

  [[nodiscard]] Phase PhaseAt(int64_t now_ms) const {
    return core::PhaseAt(definition_.schedule, now_ms);
  }

  [[nodiscard]] const KeySharing& sharing() const { return sharing_; }

  // What a key holder has dealt; nothing so far.
  [[nodiscard]] const std::optional<Dealing>& DealingOf(size_t holder) const {
    return dealings_[holder];
  }

  // Whether a bad part of this holder's dealing was shown.
  [[nodiscard]] bool IsOut(size_t holder) const { return out_[holder]; }

  // Errors: who has not dealt, or dealt badly.
  [[nodiscard]] StatusOr<ThresholdKey> Key() const;

  // Whether voting may begin: all have dealt, and all have their shares.
  [[nodiscard]] bool KeyIsReady() const;

  [[nodiscard]] const std::vector<OwnersRelease>& releases() const { return releases_; }

  // Errors: the key is not ready, or too few have released.
  [[nodiscard]] StatusOr<DisclosedKey> Disclose() const;

  // The hash of the report that the authorities certified.
  [[nodiscard]] const std::optional<Key256>& certified() const { return certified_; }

 private:
  Election(const Suite& suite, ElectionTemplate definition, const Key256& cid);

  [[nodiscard]] Status CheckSigners(const ElectionEntry& entry, const ElectionTemplate& by) const;
  Status Revise(const ElectionEntry& entry);
  Status Deal(const ElectionEntry& entry, size_t holder);
  Status Complain(const ElectionEntry& entry, size_t holder);
  Status Confirm(const ElectionEntry& entry, size_t holder);
  Status Release(const ElectionEntry& entry, size_t holder);
  Status Certify(const ElectionEntry& entry);
  void BeginDealing();

  const Suite* suite_;
  Key256 id_;
  Key256 cid_;
  ElectionTemplate definition_;
  int64_t revised_ms_ = 0;
  KeySharing sharing_;
  std::vector<std::optional<Dealing>> dealings_;  // By holder.
  std::vector<bool> out_;                         // By holder.
  std::vector<bool> confirmed_;                   // By holder.
  std::vector<OwnersRelease> releases_;           // In the order of their entries.
  std::optional<Key256> certified_;
};

[[nodiscard]] ElectionEntry EntryOfRevision(const ElectionTemplate& definition,
                                            const Key256& election, int64_t time_ms);
[[nodiscard]] ElectionEntry EntryOfDealing(const Election& election, const Dealing& dealing,
                                           int64_t time_ms);
[[nodiscard]] ElectionEntry EntryOfComplaint(const Election& election, const Complaint& complaint,
                                             int64_t time_ms);
[[nodiscard]] ElectionEntry EntryOfConfirmation(const Election& election,
                                                const OpeningShare& possession, int64_t time_ms);
[[nodiscard]] ElectionEntry EntryOfRelease(const Election& election, const GroupScalar& share,
                                           int64_t time_ms);
[[nodiscard]] ElectionEntry EntryOfCertification(const Election& election,
                                                 const Key256& report_hash, int64_t time_ms);

}  // namespace core
