// Any bytes as each kind of block and as edits: refused, or the one and only encoding of what was
// read. And any bytes as the fetched blocks of a collection: reading it ends, and breaks no CHECK.
#include <algorithm>

#include "core/base/check.h"
#include "core/collections/log.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"
#include "core/crypto/sodium_suite.h"

namespace {

template <typename T>
bool Encodes(const core::StatusOr<T>& decoded, const core::Bytes& bytes) {
  return !decoded.ok() || core::Encode(*decoded) == bytes;
}

// Every block that is asked for is the same one.
template <typename Read>
void ReadAll(const core::Suite& suite, const core::Bytes& header, const core::Bytes& block,
             Read&& read) {
  core::BlockSet fetched;
  fetched[core::BlockId{}] = {.revision = 1, .bytes = header};
  for (int rounds = 0; rounds < 40; ++rounds) {
    core::Draft view(suite, fetched, core::BlockId{});
    read(view);
    if (view.trouble() != core::Trouble::kNeeds) return;
    for (const core::BlockId& id : view.wanted()) {
      CHECK(!fetched.contains(id));
      fetched[id] = {.revision = 1, .bytes = block};
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const core::SodiumSuite kSuite;
  const core::Bytes bytes(data, data + size);
  CHECK(Encodes(core::DecodeHeader(bytes), bytes));
  CHECK(Encodes(core::DecodeLogBlock(bytes), bytes));
  CHECK(Encodes(core::DecodeTrunk(bytes), bytes));
  CHECK(Encodes(core::DecodeNode(bytes), bytes));
  if (const auto edits = core::DecodeEdits(bytes); edits.ok()) {
    CHECK(core::EncodeEdits(*edits).value() == bytes);
  }
  core::CollectionHeader header;
  header.kind = core::CollectionKind::kTree;
  header.trunk = core::BlockId{};
  header.trunk->bytes[0] = 1;
  header.head.bytes[0] = 2;
  header.tail.bytes[0] = 3;
  const core::Bytes honest = core::Encode(header);
  const core::Bytes split(data, data + std::min<size_t>(size, 600));
  for (const core::Bytes& first : {honest, split}) {
    ReadAll(kSuite, first, bytes, [](core::Draft& view) { (void)core::CheckLog(view); });
    ReadAll(kSuite, first, bytes, [](core::Draft& view) { (void)core::CheckTree(view); });
    ReadAll(kSuite, first, bytes, [](core::Draft& view) {
      view.BeginAction({});
      core::PutIntoTree(view, {7}, {7});
      core::EraseFromTree(view, {7, 7});
      core::LogAction action;
      if (view.ok()) core::AppendAction(view, action, 5, {});
    });
    core::LogReader reader(40, core::Direction::kBackward);
    ReadAll(kSuite, first, bytes, [&](core::Draft& view) {
      for (int i = 0; i < 100 && reader.Next(view).has_value(); ++i) {
      }
    });
  }
  return 0;
}
