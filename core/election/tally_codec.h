// Canonical bytes of tally and report: what their hashes are taken over, and their part of a bundle.
// What is decoded here is compared with what is computed, never trusted. Inside core/election only.
#pragma once

#include "core/election/parts.h"
#include "core/election/report.h"
#include "core/election/tally.h"

namespace core {

// All but the hash, which is taken over them.
void PutCounted(PartWriter& writer, const TallyNode& node);
void PutChecked(PartWriter& writer, const SliceReport& slice);

void PutTally(PartWriter& writer, const TallyTree& tally);
void PutReport(PartWriter& writer, const Report& report);
[[nodiscard]] TallyTree TakeTally(PartReader& reader);
[[nodiscard]] Report TakeReport(PartReader& reader);

}  // namespace core
