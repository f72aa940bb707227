// Which number and name each message has: the number travels in the frame header, the name stands
// in metrics and traces. Numbers are never reused; the high byte is the speaker group (1 routing, 2
// matchmaking, 3 transactions, 4 arachnode, 5 negotiation).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/codec/messages.h"

namespace core {

struct MessageType {
  uint16_t type = 0;
  std::string_view name;
};

inline constexpr size_t kMessageTypeCount = std::variant_size_v<BodyVariant>;

// By index of Body.
inline constexpr std::array<MessageType, kMessageTypeCount> kMessageTypes = {{
    {0x0101, "ping"},
    {0x0102, "pong"},
    {0x0103, "find_node"},
    {0x0104, "nodes"},
    {0x0201, "provide"},
    {0x0202, "provide_ack"},
    {0x0203, "withdraw"},
    {0x0204, "find"},
    {0x0205, "found"},
    {0x0206, "push"},
    {0x0207, "offer"},
    {0x0208, "accept"},
    {0x0209, "decline"},
    {0x020a, "done"},
    {0x0301, "tx_submit"},
    {0x0302, "tx_promise"},
    {0x0303, "tx_vote"},
    {0x0304, "tx_refusal"},
    {0x0305, "tx_commit"},
    {0x0306, "tx_commit_ack"},
    {0x0307, "tx_outcome"},
    {0x0308, "tx_resolve"},
    {0x0309, "tx_status"},
    {0x030a, "tx_status_reply"},
    {0x030b, "tx_result"},
    {0x030c, "block_get"},
    {0x030d, "block_reply"},
    {0x030e, "double_vote"},
    {0x0401, "refs_request"},
    {0x0402, "refs"},
    {0x0403, "range_request"},
    {0x0404, "range"},
    {0x0405, "archive_request"},
    {0x0406, "archive_reply"},
    {0x0407, "archive_store"},
    {0x0408, "archive_ack"},
    {0x0409, "confirm_request"},
    {0x040a, "confirm"},
    {0x040b, "range_digest_request"},
    {0x040c, "range_digest"},
    {0x040d, "holding_challenge"},
    {0x040e, "holding_proof"},
    {0x0501, "present"},
    {0x0502, "greet"},
    {0x0503, "pair"},
    {0x0504, "pair_ack"},
    {0x0505, "negotiation_refusal"},
    {0x0506, "pool_seed"},
    {0x0507, "seed_confirm"},
    {0x0508, "seed_received"},
    {0x0509, "pool_inform"},
    {0x050a, "pool_ack"},
    {0x050b, "merge_greet"},
    {0x050c, "merge_lists"},
    {0x050d, "merge_ack"},
    {0x050e, "block_form"},
    {0x050f, "block_sign"},
    {0x0510, "block_signed"},
}};

[[nodiscard]] inline std::string_view MessageName(const Message& message) {
  return kMessageTypes[message.body.index()].name;
}

// Index of Body for a frame type, or kMessageTypeCount.
[[nodiscard]] constexpr size_t BodyIndexOf(uint16_t type) {
  for (size_t i = 0; i < kMessageTypeCount; ++i) {
    if (kMessageTypes[i].type == type) return i;
  }
  return kMessageTypeCount;
}

}  // namespace core
