// The file of measured limits: JSON, one file for each kind of machine, with the limits of each
// instruction set measured so far, and a digest of them.
#pragma once

#include <optional>
#include <string>

#include "lithe/machine.h"

namespace lithe::limits {

// The limits of `isa` in the text of such a file. None if the text is malformed, was written for
// another machine or by another method of measuring, is not as it was written, or contains
// impossible figures.
std::optional<Limits> find_limits(const std::string& text, const MachineIdentity& machine,
                                  const std::string& isa);

// The text with `limits` added. Keeps the limits of other instruction sets if `text` is of this
// machine.
std::string with_limits(const std::string& text, const MachineIdentity& machine,
                        const Limits& limits);

}  // namespace lithe::limits
