// What members of clusters and the storage rings ask of each other: a block that a member lacks and the rings
// may have, and a value that it would let go of if the rings hold it. The questions and their answers.
//
// The flows of this folder ask through Transactions::TakeWanted and TakeParting; the composition root hands the
// questions to the rings and brings the answers to Transactions::OnFetched and OnVouched, in the same step
// when they are known. Source: protocol document, 1.2.1, 1.2.5.
#pragma once

#include <cstdint>

#include "core/codec/messages.h"
#include "core/port/observation.h"

namespace core {

struct WantedBlock {
  BlockId block;
  bool to_make = false;  // Somebody is about to make its first revision.
  uint64_t known = 0;    // The latest revision, when its value alone is lacking; 0: not known.
};

struct SoughtBlock {
  BlockId block;
  FetchEnd end = FetchEnd::kUnknown;
  Archive archive;  // Of kFound, its proof verified.
};

struct PartingValue {
  BlockId block;
  uint64_t revision = 0;  // The latest.
};

struct VouchedValue {
  PartingValue value;
  bool held = false;  // The floor of holders have shown that they hold it.
};

}  // namespace core
