// Directory: the host's map between 32-bit peer handles and what identifies a peer to others.
//
// The codec uses it at the border (a frame carries node ids, keys and addresses; the core sees
// handles), the core uses it for distances and signatures. It lies in codec, below port, because
// the codec is its first user. Thread rule: const calls may come from several threads at once;
// Learn only where the host says so.
#pragma once

#include "core/base/ids.h"
#include "core/codec/address.h"

namespace core {

// How a peer presents itself on the wire.
struct Contact {
  NodeId node_id;  // SHA-256 of public_key; Learn refuses a contact where it is not.
  PublicKey public_key{};
  AddressList addresses;  // 1..kAddressesMax of 1..kAddressBytesMax bytes.

  friend bool operator==(const Contact&, const Contact&) = default;
};

class Directory {
 public:
  virtual ~Directory() = default;

  // REQUIRES: peer was handed out by this directory.
  [[nodiscard]] virtual const NodeId& NodeIdOf(PeerId peer) const = 0;
  [[nodiscard]] virtual const PublicKey& PublicKeyOf(PeerId peer) const = 0;
  // Appends 1..kAddressesMax addresses, none of them empty. REQUIRES: addresses is empty, and peer
  // was handed out by this directory.
  virtual void AppendAddresses(PeerId peer, AddressList& addresses) const = 0;

  // The handle of a contact, new or known; kNoPeer when the contact is not genuine (node_id is not
  // the hash of public_key), or the directory takes no strangers, or it is full. The codec calls it
  // only for contacts of frames that passed every other test.
  [[nodiscard]] virtual PeerId Learn(const Contact& contact) = 0;
  // The handle of a known node id, or kNoPeer.
  [[nodiscard]] virtual PeerId FindByNodeId(const NodeId& node_id) const = 0;
};

}  // namespace core
