#include "core/recording/reader.h"

#include <functional>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/recording/config_fields.h"
#include "tests/core/recording/recorded_rig.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;

const SodiumSuite& RealSuite() {
  static const SodiumSuite suite;
  return suite;
}

RecordingHeader SomeHeader() {
  RecordingHeader header;
  header.build = "b";
  header.public_key = MakeRigIdentity(0).contact.public_key;
  header.stream = {.seed = 9, .peer = 4, .incarnation = 2, .purpose = Purpose::kPeer};
  return header;
}

Bytes HeaderBytes() {
  Bytes file;
  AppendRecordingHeader(SomeHeader(), file);
  return file;
}

KnownContact ContactNumber(uint32_t number) {
  return {.peer = PeerId{number}, .public_key = MakeRigIdentity(number).contact.public_key};
}

Bytes FileOf(const std::vector<Entry>& entries) {
  Bytes file = HeaderBytes();
  EntryWriter writer;
  for (const Entry& entry : entries) writer.Append(entry, file);
  return file;
}

// A block with a good checksum.
void AppendRaw(const Bytes& block, Bytes& file) {
  PackedWriter writer(file);
  writer.Number(block.size());
  writer.Bytes(block);
  writer.Word32(static_cast<uint32_t>(HashBytes(block)));
}

std::string ErrorOf(const Bytes& file) {
  auto reader = RecordingReader::Open("f", file, RealSuite());
  if (!reader.ok()) return std::string(MessageOf(reader.status()));
  Entry entry;
  while (true) {
    const auto more = reader->Next(entry);
    if (!more.ok()) return std::string(MessageOf(more.status()));
    if (!*more) return reader->torn().has_value() ? "torn" : "";
  }
}

RecordedInput At(int64_t us, decltype(RecordedInput::what) what) {
  return {Time{us}, std::move(what)};
}

const Mark kMark{.next = 1, .base = Time{50}};

// ---- everything comes back ----

TEST(RecordingReaderTest, TheHeaderComesBackWithEveryParameter) {
  RecordingHeader header = SomeHeader();
  header.build = std::string(kBuildTextBytesMax, 'x');
  header.network.bytes[3] = 7;
  header.self = PeerId{81};
  // Each parameter gets a value of its own within its range.
  int64_t step = 0;
  ForEachConfigField(header.config, [&step](const FieldRange& range, auto& field) {
    SetNumber(field, range.low + ++step % (range.high - range.low + 1));
  });
  Bytes file;
  AppendRecordingHeader(header, file);
  const auto reader = RecordingReader::Open("f", file, RealSuite());
  ASSERT_TRUE(reader.ok()) << MessageOf(reader.status());
  const RecordingHeader& read = reader->header();
  EXPECT_EQ(read.build, header.build);
  EXPECT_EQ(read.network, header.network);
  EXPECT_EQ(read.public_key, header.public_key);
  EXPECT_EQ(read.self, header.self);
  EXPECT_EQ(read.stream.seed, 9u);
  EXPECT_EQ(read.stream.peer, 4u);
  EXPECT_EQ(read.stream.incarnation, 2u);
  EXPECT_EQ(read.stream.purpose, Purpose::kPeer);
  std::vector<int64_t> expected;
  std::vector<int64_t> found;
  ForEachConfigField(header.config,
                     [&](const FieldRange&, auto& f) { expected.push_back(NumberOf(f)); });
  ForEachConfigField(read.config,
                     [&](const FieldRange&, auto& f) { found.push_back(NumberOf(f)); });
  EXPECT_EQ(found, expected);
}

TEST(RecordingReaderTest, TheDefaultConfigurationIsWithinItsRanges) {
  EXPECT_EQ(ErrorOf(FileOf({kMark, End{}})), "");
}

TEST(RecordingReaderTest, EveryKindOfEntryComesBack) {
  const std::vector<PeerId> peers = {PeerId{1}, PeerId{2}};
  const Bytes frame = {1, 2, 3};
  const std::vector<StoredRow> rows = {
      {{kCoreTableFirst, {0}}, {}},
      {{kCoreTableLast, Bytes(kStoreKeyBytesMax, 255)}, Bytes(kStoreValueBytesMax, 7)}};
  MatchCommand match;
  match.topic = {"kind", "label"};
  match.seek = Role::kMatcher;
  match.want = 65535;
  match.patience = Microseconds(-7);
  match.filter.must.Add("a");
  match.filter.must_not.Add("");
  match.filter.min_budget = 300;
  match.capabilities.Add(std::string(255, 'c'));
  Signature signature{};
  signature[63] = 1;
  const std::vector<Entry> entries = {
      kMark,
      ContactNumber(1),
      ContactNumber(2),
      Routes{peers},
      rows[0],
      rows[1],
      At(100, Start{.seeds = peers, .client = true, .rows = rows}),
      MadeSignature{signature},
      StateDigest{0x1234567890abcdef},
      At(90, Wake{}),
      At(int64_t{1} << 60, FrameArrival{PeerId{1}, frame}),
      At(0, Garbled{PeerId{2}, GarbledReason::kWrongVersion}),
      At(0, Garbled{kNoPeer, GarbledReason::kTooLarge}),
      At(1, Link{PeerId{2}, true}),
      At(1, Command(match)),
      At(1, Command(WorkCommand{{"k", "l"}, 9, {}})),
      At(1, Command(LeaveCommand{{"", ""}})),
      At(1, Command(LookupCommand{})),
      At(1, Stored{{UINT64_MAX}, DataLoss("the text stays behind")}),
      At(2, Stored{{1}, Status()}),
      At(2, Stored{{2}, Status(), {std::nullopt, Bytes{}, Bytes{1, 2, 3}}}),
      Mark{.next = 20, .base = Time{-5}},
      At(-6, Wake{}),
      End{33}};
  const Bytes file = FileOf(entries);
  auto reader = RecordingReader::Open("f", file, RealSuite());
  ASSERT_TRUE(reader.ok());
  Entry entry;
  Bytes again = HeaderBytes();
  EntryWriter writer;
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto more = reader->Next(entry);
    ASSERT_TRUE(more.ok()) << MessageOf(more.status());
    EXPECT_EQ(entry.index(), entries[i].index());
    writer.Append(entry, again);
  }
  EXPECT_EQ(again, file);
  EXPECT_EQ(reader->inputs(), 33u);
  EXPECT_EQ(reader->missing(), 6u + 13u);
  EXPECT_FALSE(reader->torn().has_value());
}

// ---- bad files ----

struct BadFile {
  const char* what;
  std::function<Bytes()> make;
  std::string error;
};

Bytes WithHeader(const std::function<void(RecordingHeader&)>& change) {
  RecordingHeader header = SomeHeader();
  change(header);
  Bytes file;
  AppendRecordingHeader(header, file);
  return file;
}

Bytes AfterMark(const std::vector<Entry>& entries) {
  std::vector<Entry> all = {kMark, ContactNumber(1), At(60, Start{})};
  all.insert(all.end(), entries.begin(), entries.end());
  return FileOf(all);
}

Bytes Raw(const Bytes& block) {
  Bytes file = FileOf({kMark, At(60, Start{})});
  AppendRaw(block, file);
  AppendRaw({12, 1}, file);
  return file;
}

size_t HeaderSize() {
  return HeaderBytes().size();
}

// "f: byte N: ", N counted from the end of the header.
std::string Behind(size_t bytes) {
  return "f: byte " + std::to_string(HeaderSize() + bytes) + ": ";
}

constexpr size_t kMarkSize = 8;
constexpr size_t kContactSize = 39;
constexpr size_t kStartSize = 9;
constexpr size_t kBegun = kMarkSize + kContactSize + kStartSize;
constexpr size_t kRawBegun = kMarkSize + kStartSize;
constexpr PeerId kStranger{7};

void ExpectErrors(const std::vector<BadFile>& files) {
  for (const BadFile& file : files) EXPECT_EQ(ErrorOf(file.make()), file.error) << file.what;
}

TEST(RecordingReaderTest, FilesThatAreNoRecordingOrHaveABadHeaderAreRefused) {
  ExpectErrors({
      {"empty", [] { return Bytes(); },
       "f: byte 0: found another kind of file, allowed a recording of a peer"},
      {"a capsule", [] { return Bytes{'{', '"', 'f', 'o', 'r', 'm', 'a', 't', '"'}; },
       "f: byte 0: found another kind of file, allowed a recording of a peer"},
      {"magic alone", [] { return Bytes(kRecordingMagic.begin(), kRecordingMagic.end()); },
       "f: byte 8: found format version the end of the file, allowed 5"},
      {"a newer format",
       [] {
         Bytes file = HeaderBytes();
         file[8] = 6;
         return file;
       },
       "f: byte 8: found format version 6, allowed 5"},
      {"the format without rows that a batch has read",
       [] {
         Bytes file = HeaderBytes();
         file[8] = 3;
         return file;
       },
       "f: byte 8: found format version 3, allowed 5"},
      {"another codec",
       [] {
         Bytes file = HeaderBytes();
         file[9] = 77;
         return file;
       },
       "f: byte 9: found frame version 77, allowed 1"},
      {"a header of zeros",
       [] { return Bytes{0x89, 'O', 'R', 'B', 'R', 'E', 'C', 10, kRecordingVersion, 1, 0, 0}; },
       "f: byte 10: found a header that breaks off, allowed a whole one"},
      {"a flipped byte in the header",
       [] {
         Bytes file = FileOf({kMark});
         file[20] ^= 1;
         return file;
       },
       "f: byte 10: found a damaged entry, allowed one that fits its checksum"},
      {"a parameter out of range",
       [] { return WithHeader([](RecordingHeader& h) { h.config.routing.bucket_size = 17; }); },
       "f: byte 10: found routing.bucket_size 17, allowed 1 to 16"},
      {"a negative duration",
       [] {
         return WithHeader(
             [](RecordingHeader& h) { h.config.matchmaking.offer_expiry = Seconds(-1); });
       },
       "f: byte 10: found matchmaking.offer_expiry -1000000, allowed 1000 to 3600000000"},
  });
}

TEST(RecordingReaderTest, EntriesOutOfOrderAndStrangersAreRefused) {
  const std::vector<PeerId> stranger = {kStranger};
  ExpectErrors({
      {"no mark", [] { return FileOf({At(0, Wake{})}); },
       Behind(0) + "found an entry without a mark, allowed a mark first"},
      {"an input before the start",
       [] {
         return FileOf({kMark, At(60, Wake{})});
       },
       Behind(kMarkSize) + "found no start, allowed a start as the first input alone"},
      {"two starts", [] { return AfterMark({At(61, Start{})}); },
       Behind(kBegun) + "found a second start, allowed a start as the first input alone"},
      {"routes behind the start", [] { return AfterMark({Routes{}}); },
       Behind(kBegun) + "found routes after the start, allowed routes before it"},
      {"a seed that nobody introduced",
       [&] {
         return FileOf({kMark, At(60, Start{.seeds = stranger, .client = false})});
       },
       Behind(kMarkSize) + "found peer 7, allowed one that was introduced before"},
      {"a route that nobody introduced",
       [&] {
         return FileOf({kMark, Routes{stranger}});
       },
       Behind(kMarkSize) + "found peer 7, allowed one that was introduced before"},
      {"a sender that nobody introduced",
       [] {
         return AfterMark({At(61, FrameArrival{PeerId{7}, {}})});
       },
       Behind(kBegun) + "found peer 7, allowed one that was introduced before"},
      {"a link to nobody",
       [] {
         return AfterMark({At(61, Link{PeerId{8}, true})});
       },
       Behind(kBegun) + "found peer 8, allowed one that was introduced before"},
      {"garbage from a stranger",
       [] {
         return AfterMark({At(61, Garbled{PeerId{9}, GarbledReason::kMalformed})});
       },
       Behind(kBegun) + "found peer 9, allowed one that was introduced before"},
  });
}

TEST(RecordingReaderTest, TheStartCarriesItsRowsAndACompletionItsCode) {
  const std::vector<StoredRow> rows = {{{TableId{33}, {1}}, {9, 9}}, {{TableId{33}, {1, 0}}, {}}};
  const Bytes file = FileOf({kMark, rows[0], rows[1], At(60, Start{.seeds = {}, .rows = rows}),
                             At(61, Stored{{5}, Unavailable("text")})});
  auto reader = RecordingReader::Open("f", file, RealSuite());
  ASSERT_TRUE(reader.ok());
  Entry entry;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(reader->Next(entry).ok());
  const auto& start = std::get<Start>(std::get<RecordedInput>(entry).what);
  EXPECT_EQ(std::vector<StoredRow>(start.rows.begin(), start.rows.end()), rows);
  ASSERT_TRUE(reader->Next(entry).ok());
  const auto& stored = std::get<Stored>(std::get<RecordedInput>(entry).what);
  EXPECT_EQ(stored.ticket, StoreTicket{5});
  EXPECT_EQ(stored.status.code(), absl::StatusCode::kUnavailable);
}

TEST(RecordingReaderTest, WhatABatchHasReadComesBack) {
  const std::vector<std::optional<Bytes>> found = {std::nullopt, Bytes{}, Bytes{1, 2, 3}};
  const Bytes file = AfterMark({At(61, Stored{{5}, Status(), found})});
  auto reader = RecordingReader::Open("f", file, RealSuite());
  ASSERT_TRUE(reader.ok());
  Entry entry;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(reader->Next(entry).ok());
  EXPECT_EQ(std::get<Stored>(std::get<RecordedInput>(entry).what).found, found);
}

TEST(RecordingReaderTest, RowsThatAStorageCannotGiveAreRefused) {
  const auto row = [](uint16_t table, Bytes key) {
    return StoredRow{{TableId{table}, std::move(key)}, {1}};
  };
  ExpectErrors({
      {"a row behind the start", [&] { return AfterMark({row(32, {1})}); },
       Behind(kBegun) + "found a row after the start, allowed rows before it"},
      {"a row of the host's",
       [&] {
         return FileOf({kMark, row(31, {1})});
       },
       Behind(kMarkSize) + "found a row of table 31, allowed the core's, 32 to 63"},
      {"a row twice",
       [&] {
         return FileOf({kMark, row(32, {1}), row(32, {1})});
       },
       Behind(kMarkSize + 10) +
           "found a row that is not behind the last one, allowed rows in ascending order"},
      {"a row without a key",
       [] {
         return Raw({13, 32, 0, 1});
       },
       Behind(kRawBegun) +
           "found an entry of kind 13 that cannot be read, allowed docs/recording_format.md"},
      {"a key beyond its row",
       [] {
         return Raw({13, 32, 3, 1});
       },
       Behind(kRawBegun) +
           "found an entry of kind 13 that cannot be read, allowed docs/recording_format.md"},
      {"a key that is too long",
       [] {
         Bytes block = {13, 32, 0x81, 0x02};
         block.resize(block.size() + 300);
         return Raw(block);
       },
       Behind(kRawBegun) +
           "found an entry of kind 13 that cannot be read, allowed docs/recording_format.md"},
      {"a value that is too long",
       [] {
         Bytes block = {13, 32, 1, 1};
         block.resize(block.size() + kStoreValueBytesMax + 1);
         return Raw(block);
       },
       Behind(kRawBegun) +
           "found an entry of kind 13 that cannot be read, allowed docs/recording_format.md"},
      {"a completion of no meaning",
       [] {
         return Raw({14, 0, 1, 17});
       },
       Behind(kRawBegun) +
           "found an entry of kind 14 that cannot be read, allowed docs/recording_format.md"},
  });
}

TEST(RecordingReaderTest, IdentitiesMarksAndTimesThatCannotBeAreRefused) {
  ExpectErrors({
      {"one handle, two identities",
       [] {
         KnownContact other = ContactNumber(2);
         other.peer = PeerId{1};
         return AfterMark({other});
       },
       Behind(kBegun) + "found peer 1 with another identity, allowed one identity per handle and "
                        "one handle per identity"},
      {"one identity, two handles",
       [] {
         KnownContact other = ContactNumber(1);
         other.peer = PeerId{2};
         return AfterMark({other});
       },
       Behind(kBegun) + "found peer 2 with another identity, allowed one identity per handle and "
                        "one handle per identity"},
      {"a digest of nothing",
       [] {
         return FileOf({kMark, StateDigest{1}});
       },
       Behind(kMarkSize) + "found a signature or a digest, allowed an input before it"},
      {"what a step found, without a step",
       [] {
         KnownContact found = ContactNumber(1);
         found.found = true;
         return FileOf({kMark, found});
       },
       Behind(kMarkSize) + "found a contact of a step, allowed an input before it"},
      {"a signature behind a mark",
       [] {
         return AfterMark({Mark{.next = 9, .base = Time{}}, MadeSignature{}});
       },
       Behind(kBegun + kMarkSize) + "found a signature or a digest, allowed an input before it"},
      {"a mark that goes back", [] { return AfterMark({Mark{.next = 1, .base = Time{}}}); },
       Behind(kBegun) + "found a mark before input 1, allowed input 2 or later"},
      {"an end that goes back", [] { return AfterMark({End{0}}); },
       Behind(kBegun) + "found an end after 0 inputs, allowed 1 or more"},
      {"something behind the end",
       [] {
         return AfterMark({End{1}, At(1, Wake{})});
       },
       Behind(kBegun + 7) + "found 7 bytes behind the last entry, allowed none"},
      {"a time beyond the range", [] { return AfterMark({At((int64_t{1} << 60) + 1, Wake{})}); },
       Behind(kBegun) + "found time 1152921504606846977, allowed less than 2^60 us around zero"},
  });
}

TEST(RecordingReaderTest, EntriesThatCannotBeReadAreRefused) {
  ExpectErrors({
      {"an unknown kind",
       [] {
         return Raw({99, 0});
       },
       Behind(kRawBegun) + "found an entry of kind 99, allowed 1 to 15"},
      {"a kind of no number", [] { return Raw({0}); },
       Behind(kRawBegun) + "found an entry of kind 0, allowed 1 to 15"},
      {"a wake with too much in it",
       [] {
         return Raw({5, 0, 0});
       },
       Behind(kRawBegun) +
           "found an entry of kind 5 that cannot be read, allowed docs/recording_format.md"},
      {"a garbled reason of no meaning",
       [] {
         return Raw({7, 0, 0, 6});
       },
       Behind(kRawBegun) +
           "found an entry of kind 7 that cannot be read, allowed docs/recording_format.md"},
      {"a command of no meaning",
       [] {
         return Raw({9, 0, 4});
       },
       Behind(kRawBegun) +
           "found an entry of kind 9 that cannot be read, allowed docs/recording_format.md"},
      {"a short digest",
       [] {
         return Raw({11, 1, 2, 3});
       },
       Behind(kRawBegun) +
           "found an entry of kind 11 that cannot be read, allowed docs/recording_format.md"},
      {"more routes than bytes",
       [] {
         return Raw({3, 0xff, 0xff, 0x7f});
       },
       Behind(kRawBegun) +
           "found an entry of kind 3 that cannot be read, allowed docs/recording_format.md"},
      {"an entry of no bytes",
       [] {
         Bytes file = FileOf({kMark});
         file.insert(file.end(), {0, 1, 2, 3, 4, 5});
         return file;
       },
       Behind(kMarkSize) + "found an entry of a wrong length, allowed 1 to 18874368 bytes"},
      {"an entry of 20 MiB",
       [] {
         Bytes file = FileOf({kMark});
         file.insert(file.end(), {0x80, 0x80, 0x80, 0x0a});
         file.resize(file.size() + (size_t{21} << 20), 1);
         return file;
       },
       Behind(kMarkSize) + "found an entry of a wrong length, allowed 1 to 18874368 bytes"},
  });
}

TEST(RecordingReaderTest, ForeignTextInAnErrorIsMadeVisible) {
  Bytes file = HeaderBytes();
  const std::string name = "routing.bucket_size";
  const auto at = std::search(file.begin(), file.end(), name.begin(), name.end());
  ASSERT_NE(at, file.end());
  *at = 0x1b;
  // The header is one block: two bytes of length, four of checksum.
  const std::span<const uint8_t> block(file.data() + 12, file.size() - 16);
  uint64_t checksum = HashBytes(block);
  for (size_t i = file.size() - 4; i < file.size(); ++i, checksum >>= 8) {
    file[i] = static_cast<uint8_t>(checksum);
  }
  EXPECT_EQ(ErrorOf(file),
            "f: byte 10: found parameter ?outing.bucket_size, allowed routing.bucket_size");
}

// ---- torn and damaged files ----

Bytes LivedFile() {
  static const Bytes file = [] {
    RecordedRig rig;
    rig.Live(6);
    return rig.Save();
  }();
  return file;
}

TEST(RecordingReaderTest, AFileCutAtAnyByteIsTornOrRefusedAndNeverReplaysWrong) {
  const Bytes file = LivedFile();
  const RigReplay whole = ReplayBytes(file);
  ASSERT_EQ(whole.error, "");
  // Within the header a file is refused; from there on it is torn wherever it is cut.
  size_t header = 0;
  while (ErrorOf(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header))) !=
         "torn") {
    ASSERT_LT(++header, file.size());
  }
  EXPECT_EQ(header, HeaderSize() + 2);  // "rig" is longer than "b".
  for (size_t size = header; size < file.size(); ++size) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(ErrorOf(cut), "torn") << size;
  }
  for (size_t size = header; size < file.size(); size += 997) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const RigReplay replay = ReplayBytes(cut);
    EXPECT_EQ(replay.error, "");
    EXPECT_FALSE(replay.divergence.has_value()) << size;
    ASSERT_TRUE(replay.torn.has_value());
    EXPECT_EQ(replay.torn->at + replay.torn->dropped, size);
    EXPECT_LE(replay.inputs, whole.inputs);
  }
}

TEST(RecordingReaderTest, ZerosBehindTheLastWholeEntryAreATear) {
  Bytes file = LivedFile();
  const size_t end = file.size() - 30;
  file.resize(end);
  file.resize(end + 5000, 0);
  const RigReplay replay = ReplayBytes(file);
  EXPECT_EQ(replay.error, "");
  ASSERT_TRUE(replay.torn.has_value());
  EXPECT_LE(replay.torn->at, end);
  EXPECT_FALSE(replay.divergence.has_value());
}

TEST(RecordingReaderTest, AFlippedByteAnywhereIsNeverTakenForTheTruth) {
  const Bytes file = LivedFile();
  const RigReplay whole = ReplayBytes(file);
  for (size_t at = 0; at < file.size(); at += at < 1500 ? 1 : 13) {
    Bytes flipped = file;
    flipped[at] ^= static_cast<uint8_t>(1u << (at % 8));
    const std::string error = ErrorOf(flipped);
    EXPECT_FALSE(error.empty()) << at;
    if (error == "torn") continue;  // The length of an entry points beyond the file.
    EXPECT_EQ(error.rfind("f: byte ", 0), 0u) << error;
  }
  EXPECT_GT(whole.compared, 15u);
}

}  // namespace
}  // namespace core
