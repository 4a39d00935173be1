// Random smooth fields of displacements (Simard, Steinkraus, Platt, "Best practices for
// convolutional neural networks applied to visual document analysis", ICDAR 2003): uniform random
// numbers, one a pixel, blurred by a Gaussian of standard deviation sigma and multiplied by alpha.
//
// Here the random numbers lie on a grid with a spacing a little larger than sigma. After the blur
// the variance, alpha^2 / (12 pi sigma^2), and the correlation of two points, exp(-distance^2 / (4
// sigma^2)), are the same to half a percent, for 1 / sigma^2 of the work.
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/rng.h"

namespace lithe::augment {

class ElasticField {
 public:
  ElasticField(std::size_t height, std::size_t width, double alpha, double sigma);

  // Displacements of one direction, in pixels: height rows of stride() values. `scratch`:
  // scratch_values() floats.
  void draw(Rng& rng, float* field, float* scratch) const;
  std::size_t stride() const { return across_.padded; }
  std::size_t scratch_values() const;

 private:
  static constexpr std::size_t kBlock = 8;  // pixels computed at once

  // The weight of each grid number for each pixel along one axis.
  struct Axis {
    std::size_t numbers = 0, padded = 0;  // a whole number of blocks of pixels
    std::vector<float> weights;           // [numbers][padded]
    std::vector<std::size_t> first, end;  // by block: the numbers with a nonzero weight
  };
  static Axis make_axis(std::size_t pixels, double sigma, double height);

  std::size_t height_;
  Axis down_, across_;
};

}  // namespace lithe::augment
