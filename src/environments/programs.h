// Environments that are programs: one process for each, which run in parallel.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "environments/process.h"
#include "environments/vector_env.h"

namespace lithe::environments {

class Programs final : public VectorEnv {
 public:
  // Starts the programs and asks for their spaces, which must be the same.
  Programs(const std::string& command, std::size_t count, const ProgramOptions& options);
  ~Programs() override;

  const Spaces& spaces() const { return spaces_; }

  void begin(std::size_t i, Rng& rng) override;
  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs& rngs) override;
  void observe(Range range, ObservationRows rows) const override;
  std::size_t state_size() const override { return state_size_; }
  void get_state(std::size_t i, double* state) override;
  bool set_state(std::size_t i, const double* state) override;

 private:
  // One program, and its last question.
  struct Program {
    std::unique_ptr<Process> process;
    pid_t id;
    std::size_t messages;
    std::string asked;
    std::string broken;  // the error, once there is one
  };

  template <class Work>
  void guarded(std::size_t i, const Work& work);
  void send(std::size_t i, std::string message);
  std::string action_of(std::size_t i, const Actions& actions) const;
  void read_spaces_of(std::size_t i);
  std::span<float> seen(std::size_t i) {
    return {seen_.data() + i * spaces_.low.size(), spaces_.low.size()};
  }

  std::string command_;
  std::chrono::milliseconds limit_;
  std::vector<Program> programs_;
  Spaces spaces_;
  std::size_t state_size_ = 0;
  base::AlignedArray<float> seen_;
};

}  // namespace lithe::environments
