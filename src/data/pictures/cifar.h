// CIFAR-10 and CIFAR-100 as their binary files (Krizhevsky, "Learning multiple layers of features
// from tiny images", 2009): 32x32 pictures, their red, green and blue planes one after another, a
// byte for the class before them (CIFAR-100: two, the coarse class and the fine one).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/aligned.h"
#include "lithe/dataset.h"

namespace lithe::data {

enum class CifarKind { cifar10, cifar100 };  // of the latter, the fine classes

// One file's pictures as height x width x channels, and their classes.
struct CifarPart {
  base::AlignedArray<std::uint8_t> pixels;
  base::AlignedArray<std::int32_t> labels;
};

// Adds nothing that is not whole: throws Error(data) naming the file as `name`.
CifarPart parse_cifar(std::span<const std::uint8_t> file, CifarKind kind, const std::string& name);

// Whether a folder holds the binary files of either.
bool is_cifar_folder(const std::filesystem::path& folder);
// Class names come from the .txt file beside them, where there is one.
Dataset load_cifar_folder(const std::filesystem::path& folder);

}  // namespace lithe::data
