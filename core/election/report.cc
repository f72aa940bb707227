#include "core/election/report.h"

#include <algorithm>
#include <utility>

#include "core/election/parts.h"
#include "core/election/receipt.h"
#include "core/election/tally_codec.h"

namespace core {
namespace {

// What the hash of a slice stands on: the parts' hashes, or blocks, signatures and all, with their times.
struct Below {
  Key256 hash;
  int64_t committed_ms = 0;
};

Key256 SliceHash(const ElectionTerms& terms, const SliceReport& slice,
                 const std::vector<Below>& below) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kSliceReportDomain);
  writer.Key(terms.template_cid);
  PutChecked(writer, slice);
  writer.List(below, [](PartWriter& out, const Below& part) {
    out.Key(part.hash);
    out.I64(part.committed_ms);
  });
  return HashOf(terms.suite, bytes);
}

void AddPart(const SliceReport& part, SliceReport& sum) {
  sum.blocks += part.blocks;
  sum.unitary += part.unitary;
  sum.votes += part.votes;
  sum.voters += part.voters;
  for (size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += part.counts[i];
}

void AddBlock(const VoteBlock& block, SliceReport& sum) {
  ++sum.blocks;
  sum.unitary += block.voters.size() == 1 ? 1 : 0;
  sum.votes += block.votes.size();
  sum.voters += block.voters.size();
}

}  // namespace

bool IsClean(const Report& report) {
  const auto& counts = report.slices.front().counts;
  return report.across.empty() &&
         std::all_of(counts.begin(), counts.end(), [](uint64_t count) { return count == 0; });
}

Key256 ReportHash(const Suite& suite, const Report& report) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kReportDomain);
  PutReport(writer, report);
  return HashOf(suite, bytes);
}

std::vector<SliceReport> ValidateSlices(const ElectionTerms& terms, const Roll& roll,
                                        const DisclosedKey& key,
                                        std::span<const CommittedBlock> blocks,
                                        std::string prefix) {
  const std::vector<Slice> slices = SlicesOf(blocks, std::move(prefix));
  std::vector<SliceReport> reports(slices.size());
  for (size_t at = slices.size(); at-- > 0;) {
    const Slice& slice = slices[at];
    SliceReport& sum = reports[at];
    sum.prefix = slice.prefix;
    std::vector<Below> below;
    for (const size_t child : slice.children) {
      AddPart(reports[child], sum);
      below.push_back({.hash = reports[child].hash});
    }
    for (size_t i = slice.first; slice.leaf() && i < slice.last; ++i) {
      AddBlock(blocks[i].block, sum);
      CheckBlock(terms, roll, blocks[i], sum.anomalies);
      CheckVoters(terms, roll, key, blocks[i], sum.anomalies);
      below.push_back({.hash = HashOf(terms.suite, Encode(blocks[i].block)),
                       .committed_ms = blocks[i].committed_ms});
    }
    for (const Anomaly& anomaly : sum.anomalies) {
      ++sum.counts[static_cast<size_t>(anomaly.kind) - 1];
    }
    sum.hash = SliceHash(terms, sum, below);
  }
  return reports;
}

StatusOr<std::vector<SliceReport>> JoinReports(const ElectionTerms& terms,
                                               std::span<const std::vector<SliceReport>> parts) {
  RETURN_IF_ERROR(CheckParts(parts));
  const std::string& first = parts.front().front().prefix;
  SliceReport sum{.prefix = first.substr(0, first.size() - 1), .anomalies = {}, .hash = {}};
  std::vector<Below> below;
  for (const std::vector<SliceReport>& part : parts) {
    AddPart(part.front(), sum);
    below.push_back({.hash = part.front().hash});
  }
  sum.hash = SliceHash(terms, sum, below);
  return JoinedSlices(std::move(sum), parts);
}

Report Validate(const ElectionTerms& terms, const Roll& roll, const DisclosedKey& key,
                std::span<const CommittedBlock> blocks, const TallyTree& tally) {
  Report report{.template_cid = terms.template_cid,
                .roll = roll.Head(terms.suite),
                .blocks = TreeOfBlocks(terms.suite, blocks).Head(),
                .tally = tally.front().hash,
                .slices = ValidateSlices(terms, roll, key, blocks),
                .across = {}};
  CheckAcross(terms, roll, blocks, report.across);
  return report;
}

}  // namespace core
