#include "core/election/election.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/election/parts.h"

namespace core {
namespace {

constexpr std::string_view kSharingDomain = "vt/election/sharing/1";

Status Refused(std::string_view what) {
  return InvalidArgument("election entry: " + std::string(what));
}

// Dealings stay good as long as network, holders and threshold stay. REQUIRES: a checked template.
KeySharing SharingOf(const Suite& suite, const ElectionTemplate& definition) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kSharingDomain);
  writer.Key(definition.network);
  writer.U8(definition.threshold);
  return KeySharing::Of(KeyOf(definition), definition.threshold, suite.Sha256(bytes)).value();
}

std::optional<size_t> HolderOf(const ElectionTemplate& definition, const PublicKey& signer) {
  for (size_t i = 0; i < definition.holders.size(); ++i) {
    if (definition.holders[i].signer == signer) return i;
  }
  return {};
}

Deed DeedOf(ElectionEntryKind kind) {
  switch (kind) {
    case ElectionEntryKind::kRevision:
      return Deed::kRevise;
    case ElectionEntryKind::kDealing:
    case ElectionEntryKind::kComplaint:
    case ElectionEntryKind::kConfirmation:
      return Deed::kDeal;
    case ElectionEntryKind::kRelease:
      return Deed::kRelease;
    case ElectionEntryKind::kCertification:
      break;
  }
  return Deed::kCertify;
}

bool IsOfAuthorities(ElectionEntryKind kind) {
  return kind == ElectionEntryKind::kRevision || kind == ElectionEntryKind::kCertification;
}

ElectionEntry EntryOf(ElectionEntryKind kind, const Key256& election, int64_t time_ms, Bytes body) {
  return {.kind = kind,
          .election = election,
          .time_ms = time_ms,
          .body = std::move(body),
          .endorsements = {}};
}

}  // namespace

Election::Election(const Suite& suite, ElectionTemplate definition, const Key256& cid)
    : suite_(&suite),
      id_(cid),
      cid_(cid),
      definition_(std::move(definition)),
      sharing_(SharingOf(suite, definition_)) {
  BeginDealing();
}

StatusOr<Election> Election::Of(const Suite& suite, const ElectionEntry& first) {
  if (first.kind != ElectionEntryKind::kRevision || first.election != Key256{}) {
    return Refused("not a first revision");
  }
  ASSIGN_OR_RETURN(ElectionTemplate definition, DecodeTemplate(first.body));
  if (definition.revision != 0) {
    return Refused(absl::StrCat("revision ", definition.revision, " comes first"));
  }
  if (!Allows(core::PhaseAt(definition.schedule, first.time_ms), Deed::kRevise)) {
    return Refused("the first revision comes after voting began");
  }
  Election election(suite, std::move(definition), HashOf(suite, first.body));
  RETURN_IF_ERROR(election.CheckSigners(first, election.definition_));
  election.revised_ms_ = first.time_ms;
  return election;
}

void Election::BeginDealing() {
  sharing_ = SharingOf(*suite_, definition_);
  dealings_.assign(definition_.holders.size(), std::nullopt);
  out_.assign(definition_.holders.size(), false);
  confirmed_.assign(definition_.holders.size(), false);
}

Status Election::CheckSigners(const ElectionEntry& entry, const ElectionTemplate& by) const {
  const Bytes bytes = EntrySigningBytes(entry);
  const bool authorities = IsOfAuthorities(entry.kind);
  for (size_t i = 0; i < entry.endorsements.size(); ++i) {
    const Endorsement& endorsement = entry.endorsements[i];
    const bool entitled = authorities ? std::binary_search(by.authorities.begin(),
                                                           by.authorities.end(), endorsement.by)
                                      : HolderOf(by, endorsement.by).has_value();
    if (!entitled) return Refused(absl::StrCat("signer ", i, " is not entitled"));
    if (i > 0 && entry.endorsements[i - 1].by >= endorsement.by) {
      return Refused("signers do not ascend");
    }
    if (!suite_->Verify(endorsement.by, bytes, endorsement.signature)) {
      return Refused(absl::StrCat("the signature of signer ", i, " is wrong"));
    }
  }
  const size_t needed = authorities ? QuorumOf(by) : 1;
  if (entry.endorsements.size() < needed || (!authorities && entry.endorsements.size() > 1)) {
    return Refused(absl::StrCat(entry.endorsements.size(), " signers, needed ", needed));
  }
  return {};
}

Status Election::Apply(const ElectionEntry& entry) {
  if (entry.election != id_) return Refused("of another election");
  if (entry.time_ms < revised_ms_) {
    return Refused(absl::StrCat("signed at ", entry.time_ms, ", before the revision in force at ",
                                revised_ms_));
  }
  const Phase phase = PhaseAt(entry.time_ms);
  if (!Allows(phase, DeedOf(entry.kind))) {
    return Refused(absl::StrCat("kind ", static_cast<int>(entry.kind), " in the phase ",
                                std::string(NameOf(phase))));
  }
  RETURN_IF_ERROR(CheckSigners(entry, definition_));
  const size_t holder =
      IsOfAuthorities(entry.kind) ? 0 : *HolderOf(definition_, entry.endorsements.front().by);
  switch (entry.kind) {
    case ElectionEntryKind::kRevision:
      return Revise(entry);
    case ElectionEntryKind::kDealing:
      return Deal(entry, holder);
    case ElectionEntryKind::kComplaint:
      return Complain(entry, holder);
    case ElectionEntryKind::kConfirmation:
      return Confirm(entry, holder);
    case ElectionEntryKind::kRelease:
      return Release(entry, holder);
    case ElectionEntryKind::kCertification:
      return Certify(entry);
  }
  return Refused("of a kind that there is not");
}

Status Election::Revise(const ElectionEntry& entry) {
  // Who signs can date back; what others have done since shows it.
  if (!releases_.empty()) return Refused("a revision after a release");
  ASSIGN_OR_RETURN(ElectionTemplate next, DecodeTemplate(entry.body));
  RETURN_IF_ERROR(CheckRevision(*suite_, definition_, next, entry.time_ms));
  const bool other_key =
      next.holders != definition_.holders || next.threshold != definition_.threshold;
  definition_ = std::move(next);
  cid_ = HashOf(*suite_, entry.body);
  revised_ms_ = entry.time_ms;
  if (other_key) BeginDealing();
  return {};
}

Status Election::Deal(const ElectionEntry& entry, size_t holder) {
  if (dealings_[holder].has_value()) {
    return Refused(absl::StrCat("key holder ", holder, " has dealt already"));
  }
  ASSIGN_OR_RETURN(Dealing dealing, DecodeDealing(entry.body));
  RETURN_IF_ERROR(sharing_.Check(holder, dealing));
  dealings_[holder] = std::move(dealing);
  return {};
}

Status Election::Complain(const ElectionEntry& entry, size_t holder) {
  ASSIGN_OR_RETURN(const Complaint complaint, DecodeComplaint(entry.body));
  const size_t dealer = complaint.dealer;
  if (dealer >= dealings_.size() || !dealings_[dealer].has_value()) {
    return Refused(absl::StrCat("a complaint about key holder ", dealer, ", who has not dealt"));
  }
  if (!sharing_.IsComplaint(dealer, *dealings_[dealer], holder, complaint.opening)) {
    return Refused(absl::StrCat("a complaint about key holder ", dealer, " that shows nothing"));
  }
  out_[dealer] = true;
  return {};
}

Status Election::Confirm(const ElectionEntry& entry, size_t holder) {
  ASSIGN_OR_RETURN(const OpeningShare possession, DecodeOpening(entry.body));
  ASSIGN_OR_RETURN(const ThresholdKey key, Key());
  if (!key.IsPossession({.owner = holder, .share = possession})) {
    return Refused(absl::StrCat("key holder ", holder, " does not show its share"));
  }
  confirmed_[holder] = true;
  return {};
}

bool Election::KeyIsReady() const {
  return Key().ok() && std::find(confirmed_.begin(), confirmed_.end(), false) == confirmed_.end();
}

Status Election::Release(const ElectionEntry& entry, size_t holder) {
  PartReader reader(entry.body);
  OwnersRelease release{.owner = holder};
  reader.Fixed(release.share);
  RETURN_IF_ERROR(reader.End("release"));
  ASSIGN_OR_RETURN(const ThresholdKey key, Key());
  if (!key.IsRelease(release)) {
    return Refused(absl::StrCat("key holder ", holder, " releases a wrong share"));
  }
  const bool again = std::any_of(releases_.begin(), releases_.end(),
                                 [&](const OwnersRelease& other) { return other.owner == holder; });
  if (again) return Refused(absl::StrCat("key holder ", holder, " has released already"));
  releases_.push_back(release);
  return {};
}

Status Election::Certify(const ElectionEntry& entry) {
  if (certified_.has_value()) return Refused("the election is certified already");
  PartReader reader(entry.body);
  const Key256 report_hash = reader.Key();
  RETURN_IF_ERROR(reader.End("certification"));
  certified_ = report_hash;
  return {};
}

StatusOr<ThresholdKey> Election::Key() const {
  std::vector<Dealing> dealings;
  for (size_t holder = 0; holder < dealings_.size(); ++holder) {
    const bool dealt = dealings_[holder].has_value();
    if (!dealt || out_[holder]) {
      return FailedPrecondition(absl::StrCat("election key: key holder ", holder,
                                             dealt ? " dealt badly" : " has not dealt"));
    }
    dealings.push_back(*dealings_[holder]);
  }
  return ThresholdKey::Of(sharing_, dealings);
}

StatusOr<DisclosedKey> Election::Disclose() const {
  ASSIGN_OR_RETURN(const ThresholdKey key, Key());
  return key.Disclose(releases_);
}

ElectionEntry EntryOfRevision(const ElectionTemplate& definition, const Key256& election,
                              int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kRevision, election, time_ms, Encode(definition));
}

ElectionEntry EntryOfDealing(const Election& election, const Dealing& dealing, int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kDealing, election.id(), time_ms, BodyOf(dealing));
}

ElectionEntry EntryOfComplaint(const Election& election, const Complaint& complaint,
                               int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kComplaint, election.id(), time_ms, BodyOf(complaint));
}

ElectionEntry EntryOfConfirmation(const Election& election, const OpeningShare& possession,
                                  int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kConfirmation, election.id(), time_ms, BodyOf(possession));
}

ElectionEntry EntryOfRelease(const Election& election, const GroupScalar& share, int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kRelease, election.id(), time_ms, {share.begin(), share.end()});
}

ElectionEntry EntryOfCertification(const Election& election, const Key256& report_hash,
                                   int64_t time_ms) {
  return EntryOf(ElectionEntryKind::kCertification, election.id(), time_ms,
                 {report_hash.bytes.begin(), report_hash.bytes.end()});
}

}  // namespace core
