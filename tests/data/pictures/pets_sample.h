// A folder of small pictures of cats and dogs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/pictures/picture_sample.h"
#include "lithe/images.h"

namespace lithe::test {

class PetsTest : public ::testing::Test {
 protected:
  std::filesystem::path root() const { return temporary_.path() / "pets"; }
  std::filesystem::path cache() const { return temporary_.path() / "cache"; }

  void write(const std::string& name, const ByteVector& bytes) {
    write_bytes(root() / name, bytes);
  }

  // Grey 4x4 pictures of cats (levels from 10 on) and dogs (from 100 on).
  void write_pets(std::size_t of_each = 5, const std::string& part = "") {
    for (std::size_t i = 0; i < of_each; ++i) {
      const std::string file = std::to_string(i) + ".png";
      write(part + "cat/" + file, grey_png(4, 4, static_cast<std::uint8_t>(10 + i)));
      write(part + "dog/" + file, grey_png(4, 4, static_cast<std::uint8_t>(100 + i)));
    }
  }

  ImageFolder load(const ImageOptions& options = {}) const {
    return load_image_folder(root(), options, cache());
  }

  TemporaryFolder temporary_;
};

// The first pixel of each example.
inline std::vector<int> levels(const Examples& examples) {
  std::vector<int> result;
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    result.push_back(examples.features.row(row)[0]);
  return result;
}

inline std::vector<int> labels(const Examples& examples) {
  return {examples.labels, examples.labels + examples.features.rows};
}

inline bool mentions(const ImageFolder& folder, const std::string& text) {
  for (const std::string& line : describe(folder))
    if (line.find(text) != line.npos) return true;
  return false;
}

}  // namespace lithe::test
