#include "core/election/bundle.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "core/codec/canonical.h"
#include "core/election/parts.h"
#include "core/election/tally_codec.h"

namespace core {
namespace {

constexpr size_t kVoteBlockBytesMax =
    kWholeBlockDomain.size() + 32 + 12 +
    kBlockCapacityMax * (2 * (32 + 4 + limits::kSealedRecordBytesMax) + 32 + 64);

// Reads what stands behind a length with the decoder of its kind; remembers the first that failed.
class NestedReader {
 public:
  explicit NestedReader(PartReader& reader) : reader_(&reader) {}

  template <typename Value, typename Decode>
  Value Take(std::string_view what, size_t max, Decode decode) {
    const Bytes bytes = reader_->Octets(what, max);
    if (!reader_->good() || !status_.ok()) return {};
    auto value = decode(bytes);
    if (value.ok()) return *std::move(value);
    status_ = value.status();
    return {};
  }

  [[nodiscard]] const Status& status() const { return status_; }

 private:
  PartReader* reader_;
  Status status_;
};

template <typename Item, typename Less>
Status CheckAscends(std::string_view what, const std::vector<Item>& items, Less less) {
  for (size_t i = 1; i < items.size(); ++i) {
    if (less(items[i - 1], items[i])) continue;
    return InvalidArgument(absl::StrCat("bundle: ", std::string(what), " ", i, " does not ascend"));
  }
  return {};
}

std::string HexOf(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

std::string PlaceOf(const Anomaly& anomaly) {
  std::string block = "block " + HexOf(anomaly.block.bytes);
  switch (anomaly.kind) {
    case AnomalyKind::kRepeatedNonce:
    case AnomalyKind::kNonceInTwoBlocks:
      return absl::StrCat(block, ", vote ", anomaly.record);
    case AnomalyKind::kRepeatedRegistrant:
    case AnomalyKind::kUnregistered:
    case AnomalyKind::kBadSignature:
    case AnomalyKind::kOtherSlot:
    case AnomalyKind::kBadVoterPart:
    case AnomalyKind::kRegistrantInTwoBlocks:
      return absl::StrCat(block, ", voter ", anomaly.record);
    case AnomalyKind::kOddLength:
      return absl::StrCat(block, ", record ", anomaly.record);
    case AnomalyKind::kMissingBlock:
      return absl::StrCat(block, ", registrant ", anomaly.record);
    default:
      return block;
  }
}

// One verification: what the bundle says against what is computed.
class Verification {
 public:
  Verification(const Suite& suite, const ElectionBundle& bundle) : suite_(suite), bundle_(bundle) {}

  std::vector<Finding> Of(const Key256& id) {
    const auto election = Replayed(id);
    const auto roll = Roll::Of(bundle_.roll);
    if (!roll.ok()) Add("roll", MessageOf(roll.status()));
    const bool ascend = BlocksAscend();
    if (!ascend) Add("blocks", "they do not ascend by cid");
    if (!election.has_value() || !roll.ok() || !ascend) return std::move(findings_);
    const auto key = election->Disclose();
    if (!key.ok()) {
      Add("key", MessageOf(key.status()));
      return std::move(findings_);
    }
    const TallyTree tally = CountAll(election->terms(), *key, bundle_.blocks);
    CompareTally(tally);
    CompareReport(Validate(election->terms(), *roll, *key, bundle_.blocks, tally));
    CheckCertification(*election);
    return std::move(findings_);
  }

 private:
  void Add(std::string place, std::string_view what) {
    findings_.push_back({.place = std::move(place), .what = std::string(what)});
  }

  [[nodiscard]] bool BlocksAscend() const {
    return std::adjacent_find(bundle_.blocks.begin(), bundle_.blocks.end(),
                              [](const CommittedBlock& a, const CommittedBlock& b) {
                                return a.cid >= b.cid;
                              }) == bundle_.blocks.end();
  }

  std::optional<Election> Replayed(const Key256& id) {
    if (bundle_.entries.empty()) {
      Add("entries", "there are none");
      return {};
    }
    auto election = Election::Of(suite_, bundle_.entries.front());
    if (!election.ok()) {
      Add("entry 0", MessageOf(election.status()));
      return {};
    }
    if (election->id() != id) Add("entry 0", "the election " + HexOf(election->id().bytes));
    for (size_t i = 1; i < bundle_.entries.size(); ++i) {
      const Status status = election->Apply(bundle_.entries[i]);
      if (!status.ok()) Add(absl::StrCat("entry ", i), MessageOf(status));
    }
    return *std::move(election);
  }

  // Names the nodes that differ: the leaves say in which slice.
  template <typename Node>
  void CompareNodes(const std::string& what, const std::vector<Node>& told,
                    const std::vector<Node>& found) {
    if (told.size() != found.size()) {
      Add(what, absl::StrCat(told.size(), " slices, not ", found.size()));
    }
    for (size_t i = 0; i < std::min(told.size(), found.size()); ++i) {
      if (told[i] == found[i]) continue;
      const std::string prefix = found[i].prefix.empty() ? "root" : found[i].prefix;
      Add(absl::StrCat(what, " ", prefix), "differs from what the blocks give");
    }
  }

  void CompareTally(const TallyTree& found) { CompareNodes("tally", bundle_.tally, found); }

  void CompareReport(const Report& found) {
    const Report& told = bundle_.report;
    CompareNodes("report", told.slices, found.slices);
    if (told.template_cid != found.template_cid) Add("report", "of another template");
    if (told.roll != found.roll) Add("report", "of another roll");
    if (told.blocks != found.blocks) Add("report", "of other blocks");
    if (told.tally != found.tally) Add("report", "of another tally");
    if (told.across != found.across) Add("report", "other anomalies across slices");
    for (const SliceReport& slice : found.slices) AddAnomalies(slice.anomalies);
    AddAnomalies(found.across);
    found_hash_ = ReportHash(suite_, found);
  }

  void AddAnomalies(const Anomalies& anomalies) {
    for (const Anomaly& anomaly : anomalies) Add(PlaceOf(anomaly), NameOf(anomaly.kind));
  }

  void CheckCertification(const Election& election) {
    if (!election.certified().has_value()) {
      Add("certification", "there is none");
    } else if (*election.certified() != found_hash_) {
      Add("certification", "of another report");
    }
  }

  const Suite& suite_;
  const ElectionBundle& bundle_;
  std::vector<Finding> findings_;
  Key256 found_hash_;
};

}  // namespace

Bytes Encode(const ElectionBundle& bundle) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kBundleDomain);
  writer.List(bundle.entries,
              [](PartWriter& out, const ElectionEntry& entry) { out.Octets(Encode(entry)); });
  writer.List(bundle.roll, [](PartWriter& out, const RollEntry& entry) {
    out.Fixed(entry.key);
    out.Octets(Encode(entry.registrant));
  });
  writer.List(bundle.blocks, [](PartWriter& out, const CommittedBlock& block) {
    out.Key(block.cid);
    out.I64(block.committed_ms);
    out.Octets(Encode(block.block));
  });
  PutTally(writer, bundle.tally);
  PutReport(writer, bundle.report);
  return bytes;
}

StatusOr<ElectionBundle> DecodeBundle(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  NestedReader nested(reader);
  ElectionBundle bundle;
  reader.Literal(kBundleDomain);
  bundle.entries = reader.List("entries", kEntriesMax, [&](PartReader&) {
    return nested.Take<ElectionEntry>("bytes of an entry", kPayloadBytesMax, DecodeElectionEntry);
  });
  bundle.roll = reader.List("registrants", kRollMax, [&](PartReader& in) {
    RollEntry entry;
    in.Fixed(entry.key);
    entry.registrant =
        nested.Take<Registrant>("bytes of a registrant", kTreeValueBytesMax, DecodeRegistrant);
    return entry;
  });
  bundle.blocks = reader.List("blocks", kBlocksMax, [&](PartReader& in) {
    CommittedBlock block;
    block.cid = in.Key();
    block.committed_ms = in.I64();
    block.block = nested.Take<VoteBlock>("bytes of a block", kVoteBlockBytesMax, DecodeVoteBlock);
    return block;
  });
  bundle.tally = TakeTally(reader);
  bundle.report = TakeReport(reader);
  RETURN_IF_ERROR(nested.status());
  RETURN_IF_ERROR(reader.End("bundle"));
  if (bundle.tally.empty() || bundle.report.slices.empty()) {
    return InvalidArgument("bundle: no root of the tally or of the report");
  }
  RETURN_IF_ERROR(
      CheckAscends("registrant", bundle.roll,
                   [](const RollEntry& a, const RollEntry& b) { return a.key < b.key; }));
  RETURN_IF_ERROR(
      CheckAscends("block", bundle.blocks,
                   [](const CommittedBlock& a, const CommittedBlock& b) { return a.cid < b.cid; }));
  return bundle;
}

std::vector<Finding> VerifyBundle(const Suite& suite, const ElectionBundle& bundle,
                                  const Key256& election) {
  return Verification(suite, bundle).Of(election);
}

}  // namespace core
