// What a member lacks and the storage rings may have: the question and its answer.
//
// The flows of this folder ask through Transactions::TakeWanted; the composition root hands the question to
// the rings and brings the answer to Transactions::OnFetched, in the same step when it is remembered.
// Source: protocol document, 1.2.5.
#pragma once

#include "core/codec/messages.h"
#include "core/port/observation.h"

namespace core {

struct WantedBlock {
  BlockId block;
  bool to_make = false;  // Somebody is about to make its first revision.
};

struct SoughtBlock {
  BlockId block;
  FetchEnd end = FetchEnd::kUnknown;
  Archive archive;  // Of kFound, its proof verified.
};

}  // namespace core
