// The state of a training, as named arrays. Each part has one function serialize(archive), which
// serves to write the state, to check a file against it, and to restore it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "lithe/learner.h"
#include "lithe/model.h"

namespace lithe::agents {

class Archive {
 public:
  Archive() = default;                         // to write
  explicit Archive(io::SafetensorsFile file);  // to read

  // Throws Error(model) where the file is not as write() wrote it.
  static io::SafetensorsFile read(const std::filesystem::path& path);

  bool reading() const { return file_.has_value(); }
  // While reading: whether the arrays of the file are only checked, or also copied.
  bool checking = false;

  void add(const std::string& name, std::span<float> values);
  void add(const std::string& name, std::span<double> values);
  void add(const std::string& name, std::span<std::uint8_t> values);
  void add(const std::string& name, std::span<std::uint32_t> values);
  void add(const std::string& name, std::uint64_t& value);
  void add(const std::string& name, Model& model);
  void add(const std::string& name, Learner& learner);

  // With a digest of everything in the file. Throws Error(io).
  void write(const std::filesystem::path& path, const io::Metadata& metadata) const;

 private:
  void add(const std::string& name, io::Dtype type, std::span<std::uint8_t> bytes);
  std::span<const std::uint8_t> found(const std::string& name, io::Dtype type,
                                      std::size_t bytes) const;

  std::optional<io::SafetensorsFile> file_;
  std::vector<io::TensorView> tensors_;
  std::deque<std::vector<double>> kept_;  // temporary arrays, until they are written
};

}  // namespace lithe::agents
