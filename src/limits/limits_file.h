// Limits as they are kept between runs: a small JSON file for each kind of machine, with the limits
// of each instruction set measured so far.
#pragma once

#include <optional>
#include <string>

#include "lithe/machine.h"

namespace lithe::limits {

// The limits of `isa` in the text of such a file; none if the text is malformed, is of another
// machine or an older way of measuring, or holds figures that no machine can have.
std::optional<Limits> find_limits(const std::string& text, const MachineIdentity& machine,
                                  const std::string& isa);

// The text with `limits` added, those of other instruction sets kept where `text` is of this
// machine.
std::string with_limits(const std::string& text, const MachineIdentity& machine,
                        const Limits& limits);

}  // namespace lithe::limits
