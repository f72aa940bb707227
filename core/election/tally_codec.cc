#include "core/election/tally_codec.h"

namespace core {
namespace {

constexpr size_t kNodesMax = size_t{1} << 24;
constexpr size_t kPrefixDigitsMax = 64;
constexpr size_t kAnomaliesMax = size_t{1} << 24;

void PutQuestion(PartWriter& writer, const QuestionTally& tally) {
  writer.List(tally.options, [](PartWriter& out, uint64_t votes) { out.U64(votes); });
  writer.List(tally.texts, [](PartWriter& out, const TextCount& text) {
    out.Key(text.hash);
    out.Text(text.text);
    out.U64(text.votes);
  });
  writer.U64(tally.other_texts);
  writer.U64(tally.other_votes);
  writer.U64(tally.blank);
}

QuestionTally TakeQuestion(PartReader& reader) {
  QuestionTally tally;
  tally.options = reader.List("options", kOptionsMax, [](PartReader& in) { return in.U64(); });
  tally.texts = reader.List("texts", kSliceBlocksMax * kBlockCapacityMax, [](PartReader& in) {
    TextCount text;
    text.hash = in.Key();
    text.text = in.String("bytes of a text", kBallotBytesMax);
    text.votes = in.U64();
    return text;
  });
  tally.other_texts = reader.U64();
  tally.other_votes = reader.U64();
  tally.blank = reader.U64();
  return tally;
}

void PutAnomalies(PartWriter& writer, const Anomalies& anomalies) {
  writer.List(anomalies, [](PartWriter& out, const Anomaly& anomaly) {
    out.U8(static_cast<uint8_t>(anomaly.kind));
    out.Key(anomaly.block);
    out.U32(anomaly.record);
  });
}

Anomalies TakeAnomalies(PartReader& reader) {
  return reader.List("anomalies", kAnomaliesMax, [](PartReader& in) {
    Anomaly anomaly;
    anomaly.kind = static_cast<AnomalyKind>(in.Byte("kind of an anomaly", 1, kAnomalyKinds));
    anomaly.block = in.Key();
    anomaly.record = in.U32();
    return anomaly;
  });
}

SliceReport TakeSlice(PartReader& reader) {
  SliceReport slice;
  slice.prefix = reader.String("digits of a prefix", kPrefixDigitsMax);
  slice.blocks = reader.U64();
  slice.unitary = reader.U64();
  slice.votes = reader.U64();
  slice.voters = reader.U64();
  for (uint64_t& count : slice.counts) count = reader.U64();
  slice.anomalies = TakeAnomalies(reader);
  slice.hash = reader.Key();
  return slice;
}

}  // namespace

void PutCounted(PartWriter& writer, const TallyNode& node) {
  writer.Text(node.prefix);
  writer.U64(node.blocks);
  writer.U64(node.votes);
  writer.U64(node.spoiled);
  writer.List(node.questions, PutQuestion);
}

void PutChecked(PartWriter& writer, const SliceReport& slice) {
  writer.Text(slice.prefix);
  writer.U64(slice.blocks);
  writer.U64(slice.unitary);
  writer.U64(slice.votes);
  writer.U64(slice.voters);
  for (const uint64_t count : slice.counts) writer.U64(count);
  PutAnomalies(writer, slice.anomalies);
}

void PutTally(PartWriter& writer, const TallyTree& tally) {
  writer.List(tally, [](PartWriter& out, const TallyNode& node) {
    PutCounted(out, node);
    out.Key(node.hash);
  });
}

TallyTree TakeTally(PartReader& reader) {
  return reader.List("slices of the tally", kNodesMax, [](PartReader& in) {
    TallyNode node;
    node.prefix = in.String("digits of a prefix", kPrefixDigitsMax);
    node.blocks = in.U64();
    node.votes = in.U64();
    node.spoiled = in.U64();
    node.questions = in.List("questions", kQuestionsMax, TakeQuestion);
    node.hash = in.Key();
    return node;
  });
}

void PutReport(PartWriter& writer, const Report& report) {
  writer.Key(report.template_cid);
  PutHead(writer, report.roll);
  PutHead(writer, report.blocks);
  writer.Key(report.tally);
  writer.List(report.slices, [](PartWriter& out, const SliceReport& slice) {
    PutChecked(out, slice);
    out.Key(slice.hash);
  });
  PutAnomalies(writer, report.across);
}

Report TakeReport(PartReader& reader) {
  Report report;
  report.template_cid = reader.Key();
  report.roll = TakeHead(reader);
  report.blocks = TakeHead(reader);
  report.tally = reader.Key();
  report.slices = reader.List("slices of the report", kNodesMax, TakeSlice);
  report.across = TakeAnomalies(reader);
  return report;
}

}  // namespace core
