-- Wireshark: shows the frames of Orbweaver in the captures that `orbsim export --pcapng` writes. The header is dissected here, the
-- body by Wireshark's own Protobuf dissector with our .proto files. docs/commands.md, "Exporting", says how to open one.
-- Header and types: docs/wire_format.md.

local HEADER_BYTES = 32
local FRAME_BYTES_MAX = 1048576
local PORT = 7420

local TYPES = {
  [0x0101] = "Ping", [0x0102] = "Pong", [0x0103] = "FindNode", [0x0104] = "Nodes",
  [0x0201] = "Provide", [0x0202] = "ProvideAck", [0x0203] = "Withdraw", [0x0204] = "Find", [0x0205] = "Found",
  [0x0206] = "Push", [0x0207] = "Offer", [0x0208] = "Accept", [0x0209] = "Decline", [0x020a] = "Done",
  [0x0301] = "TxSubmit", [0x0302] = "TxPromise", [0x0303] = "TxVote", [0x0304] = "TxRefusal", [0x0305] = "TxCommit",
  [0x0306] = "TxCommitAck", [0x0307] = "TxOutcome", [0x0308] = "TxResolve", [0x0309] = "TxStatus",
  [0x030a] = "TxStatusReply", [0x030b] = "TxResult", [0x030c] = "BlockGet", [0x030d] = "BlockReply",
  [0x030e] = "DoubleVote",
  [0x0401] = "RefsRequest", [0x0402] = "Refs", [0x0403] = "RangeRequest", [0x0404] = "Range",
  [0x0405] = "ArchiveRequest", [0x0406] = "ArchiveReply", [0x0407] = "ArchiveStore", [0x0408] = "ArchiveAck",
  [0x0409] = "ConfirmRequest", [0x040a] = "Confirm", [0x040b] = "RangeDigestRequest", [0x040c] = "RangeDigest",
  [0x040d] = "HoldingChallenge", [0x040e] = "HoldingProof",
  [0x0501] = "Present", [0x0502] = "Greet", [0x0503] = "Pair", [0x0504] = "PairAck",
  [0x0505] = "NegotiationRefusal", [0x0506] = "PoolSeed", [0x0507] = "SeedConfirm",
  [0x0508] = "SeedReceived", [0x0509] = "PoolInform", [0x050a] = "PoolAck", [0x050b] = "MergeGreet",
  [0x050c] = "MergeLists", [0x050d] = "MergeAck", [0x050e] = "BlockForm", [0x050f] = "BlockSign",
  [0x0510] = "BlockSigned",
}

local orbweaver = Proto("orbweaver", "Orbweaver")
local fields = {
  length = ProtoField.uint32("orbweaver.length", "Length", base.DEC),
  version = ProtoField.uint8("orbweaver.version", "Version", base.DEC),
  client = ProtoField.bool("orbweaver.client", "Sender is a client", 8, nil, 0x01),
  type = ProtoField.uint16("orbweaver.type", "Type", base.HEX, TYPES),
  network = ProtoField.uint32("orbweaver.network", "Network", base.HEX),
  id = ProtoField.uint64("orbweaver.id", "Id", base.HEX),
  sent_ms = ProtoField.int64("orbweaver.sent_ms", "Sent, by the sender's clock (ms)", base.DEC),
  ttl_ms = ProtoField.uint32("orbweaver.ttl_ms", "Time to live (ms)", base.DEC),
}
orbweaver.fields = fields
local damaged = ProtoExpert.new("orbweaver.damaged", "The length is not a frame's", expert.group.MALFORMED,
                                expert.severity.ERROR)
orbweaver.experts = { damaged }

local protobuf = Dissector.get("protobuf")

-- Nothing behind a length that is none can be cut into frames: such a frame takes all that is there.
local function is_length(length)
  return length >= HEADER_BYTES and length <= FRAME_BYTES_MAX
end

local function frame_length(buffer, _, offset)
  local length = buffer(offset, 4):uint()
  return is_length(length) and length or buffer:len() - offset
end

local function dissect_frame(buffer, pinfo, tree)
  pinfo.cols.protocol = "Orbweaver"
  local length = buffer(0, 4):uint()
  local name = TYPES[buffer(6, 2):uint()]
  local subtree = tree:add(orbweaver, buffer(), "Orbweaver " .. (name or "of unknown type"))
  subtree:add(fields.length, buffer(0, 4))
  subtree:add(fields.version, buffer(4, 1))
  subtree:add(fields.client, buffer(5, 1))
  subtree:add(fields.type, buffer(6, 2))
  subtree:add(fields.network, buffer(8, 4))
  subtree:add(fields.id, buffer(12, 8))
  subtree:add(fields.sent_ms, buffer(20, 8))
  subtree:add(fields.ttl_ms, buffer(28, 4))
  if not is_length(length) then subtree:add_proto_expert_info(damaged) end
  pinfo.cols.info = (name or "unknown type") .. " " .. tostring(buffer(12, 8):uint64():tohex())
  if name and buffer:len() > HEADER_BYTES then
    pinfo.private["pb_msg_type"] = "message,orbweaver.wire." .. name
    protobuf:call(buffer(HEADER_BYTES):tvb(), pinfo, tree)
  end
  return buffer:len()
end

function orbweaver.dissector(buffer, pinfo, tree)
  dissect_tcp_pdus(buffer, tree, HEADER_BYTES, frame_length, dissect_frame)
  return buffer:len()
end

DissectorTable.get("tcp.port"):add(PORT, orbweaver)
