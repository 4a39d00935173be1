// Simple shapes on 40x40 grey images, and other shapes that serve as unknown examples.
//
//   known:   circle, square, triangle, each filled or an outline
//   unknown: star (five points), cross (two bars alike), ring, noise (a patch of random pixels),
//            letters, digits (handwritten; without 0, which is drawn as a circle is)
//
// Size, place, rotation, thickness, blur, contrast (dark on light too) and clutter (dots and short
// lines) vary alike in both. What a person needs to tell a ring from a circle: a circle's outline
// is at most 0.2 of its radius thick, a ring's is 0.35 to 0.6 of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// `train` + `test` images, the classes in turn; see data/synthetic/generated.h.
Dataset generate_shapes(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads = 0);
Dataset generate_unknown_shapes(std::uint64_t seed, std::size_t train, std::size_t test,
                                std::size_t threads = 0);

}  // namespace lithe::data
