// Random changes of images, written as a sentence: "shift(2) -> rotate(10) -> cutout(8)".
//
//   an image -> one resampling (all geometric steps) -> cutout, noise -> an image
//
// The geometric steps are composed into one map from positions in the result to positions in the
// image, which is then sampled once, bilinearly. A chain therefore blurs no more, and costs no
// more, than one step. Outside the image values are 0. The field of an elastic step is stationary
// and isotropic, so it is drawn in the coordinates of the result. Every random number is a function
// of the seed, the step of the training and the image's row, so the number of threads does not
// matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "augment/elastic.h"
#include "augment/geometry.h"
#include "augment/pixels.h"
#include "lithe/component.h"
#include "lithe/dataset.h"
#include "network/declaration.h"

namespace lithe::augment {

std::vector<network::Declaration> declarations();

class Augmenter {
 public:
  // `shape`: height x width, or height x width x channels. `type`: uint8 or float32. A value v
  // enters the network as v / divisor, the unit of noise. Throws Error(usage) for another shape or
  // type, and for steps that cannot be combined.
  Augmenter(const Sentence& sentence, const std::vector<std::size_t>& shape, ElementType type,
            double divisor, std::uint64_t seed);

  // The shape of the result, which a crop changes.
  const std::vector<std::size_t>& output_shape() const { return output_shape_; }
  std::size_t scratch_bytes() const;

  // Writes the image of row `row` as changed at `time` (a step of the training). Image and output
  // are contiguous; scratch is aligned to a cache line.
  void run(const void* image, void* output, std::uint64_t time, std::uint32_t row,
           void* scratch) const;

 private:
  template <typename Pixel>
  void run_on(const Pixel* image, Pixel* output, Rng& rng, std::byte* scratch) const;

  Frame frame_;
  std::vector<std::size_t> output_shape_;
  ElementType type_;
  std::uint64_t seed_;
  std::vector<GeometricStep> geometric_;
  std::vector<PixelStep> pixels_;
  std::optional<ElasticField> elastic_;
};

}  // namespace lithe::augment
