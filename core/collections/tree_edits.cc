#include "core/collections/tree_edits.h"

#include <algorithm>
#include <utility>

#include "core/codec/canonical.h"
#include "core/collections/tree.h"

namespace core {
namespace {

using Kind = TreeEdit::Kind;

bool TakesValue(Kind kind) {
  return kind != Kind::kErase && kind != Kind::kExpectAbsent;
}

bool Reads(Kind kind) {
  return kind == Kind::kExpect || kind == Kind::kExpectAbsent;
}

Status CheckEdit(const TreeEdit& edit) {
  if (edit.key.empty()) return InvalidArgument("edit: empty key");
  if (edit.key.size() > kTreeKeyBytesMax) return InvalidArgument("edit: key is too long");
  if (edit.value.size() > kTreeValueBytesMax) return InvalidArgument("edit: value is too long");
  if (!TakesValue(edit.kind) && !edit.value.empty()) {
    return InvalidArgument("edit: a value where there is none to give");
  }
  return {};
}

std::string_view TextOf(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes TakeBytes(CanonicalReader& reader, size_t bytes_max) {
  const std::string_view text = reader.Text(bytes_max);
  return {text.begin(), text.end()};
}

bool Holds(const TreeEdit& edit, const std::optional<Bytes>& found) {
  switch (edit.kind) {
    case Kind::kPut:
      return true;
    case Kind::kInsert:
    case Kind::kExpectAbsent:
      return !found.has_value();
    case Kind::kUpdate:
    case Kind::kErase:
      return found.has_value();
    case Kind::kExpect:
      return found == edit.value;
  }
  return false;
}

}  // namespace

StatusOr<Bytes> EncodeEdits(std::span<const TreeEdit> edits) {
  if (edits.empty()) return InvalidArgument("edits: none");
  if (edits.size() > kTreeEditsMax) return InvalidArgument("edits: too many for one action");
  Bytes bytes;
  bytes.reserve(kTreeEditsDomain.size() + 64 * edits.size());
  CanonicalWriter writer(bytes);
  writer.Literal(kTreeEditsDomain);
  writer.U32(static_cast<uint32_t>(edits.size()));
  for (const TreeEdit& edit : edits) {
    RETURN_IF_ERROR(CheckEdit(edit));
    writer.U8(static_cast<uint8_t>(edit.kind));
    writer.Text(TextOf(edit.key));
    if (TakesValue(edit.kind)) writer.Text(TextOf(edit.value));
  }
  if (bytes.size() > kPayloadBytesMax) return InvalidArgument("edits: too long for one action");
  return bytes;
}

StatusOr<std::vector<TreeEdit>> DecodeEdits(std::span<const uint8_t> bytes) {
  if (bytes.size() > kPayloadBytesMax) return InvalidArgument("edits: too long for one action");
  CanonicalReader reader(bytes);
  reader.Literal(kTreeEditsDomain);
  const uint32_t count = reader.U32();
  if (!reader.ok()) return InvalidArgument("edits: not an encoding of edits");
  if (count == 0 || count > kTreeEditsMax) return InvalidArgument("edits: wrong number of edits");
  std::vector<TreeEdit> edits;
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    const uint8_t kind = reader.U8();
    if (kind < static_cast<uint8_t>(Kind::kInsert) ||
        kind > static_cast<uint8_t>(Kind::kExpectAbsent)) {
      return InvalidArgument("edit: unknown kind");
    }
    TreeEdit edit;
    edit.kind = static_cast<Kind>(kind);
    edit.key = TakeBytes(reader, kTreeKeyBytesMax);
    if (TakesValue(edit.kind)) edit.value = TakeBytes(reader, kTreeValueBytesMax);
    RETURN_IF_ERROR(CheckEdit(edit));
    edits.push_back(std::move(edit));
  }
  if (!reader.Finished()) return InvalidArgument("edits: truncated, too long, or padded");
  return edits;
}

EditsOutcome ApplyEdits(Draft& draft, std::span<const TreeEdit> edits) {
  for (const TreeEdit& edit : edits) {
    const auto found = FindInTree(draft, edit.key);
    if (!draft.ok()) return EditsOutcome::kTrouble;
    if (!Holds(edit, found)) return EditsOutcome::kRefused;
    if (Reads(edit.kind)) continue;
    if (edit.kind == Kind::kErase) {
      EraseFromTree(draft, edit.key);
    } else {
      PutIntoTree(draft, edit.key, edit.value);
    }
    if (!draft.ok()) return EditsOutcome::kTrouble;
  }
  return EditsOutcome::kApplied;
}

bool Collide(std::span<const TreeEdit> a, std::span<const TreeEdit> b) {
  return std::any_of(a.begin(), a.end(), [&](const TreeEdit& mine) {
    return std::any_of(b.begin(), b.end(), [&](const TreeEdit& theirs) {
      return mine.key == theirs.key && !(Reads(mine.kind) && Reads(theirs.kind));
    });
  });
}

}  // namespace core
