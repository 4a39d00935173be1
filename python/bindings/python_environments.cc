// Environments that are written in Python, as lithe::Environments. Python is called, with its lock,
// once for a step of all of them (python/lithe/_gymnasium_adapters.py); an exception of Python's
// passes through the library unchanged.
#include <nanobind/stl/string.h>

#include <algorithm>

#include "environments.h"

namespace lithe::python {

namespace {

class PythonEnvironments final : public VectorEnvironment {
 public:
  // `adapter` has the functions that are called here, and the arrays that they read and write.
  explicit PythonEnvironments(const nb::object& adapter)
      : adapter_(adapter),
        name_(nb::cast<std::string>(adapter.attr("name"))),
        spaces_(nb::cast<Spaces>(adapter.attr("spaces"))),
        observations_(nb::cast<Floats>(adapter.attr("observations"))),
        rewards_(nb::cast<Floats>(adapter.attr("rewards"))),
        terminated_(nb::cast<Flags>(adapter.attr("terminated"))),
        truncated_(nb::cast<Flags>(adapter.attr("truncated"))) {
    if (spaces_.choices > 0)
      choices_ = nb::cast<WrittenChoices>(adapter.attr("actions"));
    else
      values_ = nb::cast<Floats>(adapter.attr("actions"));
  }
  PythonEnvironments(const PythonEnvironments&) = delete;
  // Perhaps without the lock: where an agent could not be made.
  ~PythonEnvironments() override {
    nb::gil_scoped_acquire acquired;
    adapter_.reset();
    observations_ = {}, rewards_ = {}, values_ = {}, terminated_ = {}, truncated_ = {};
    choices_ = {};
  }

  Spaces spaces() const override { return spaces_; }
  std::string name() const override { return name_; }

  void reset(std::span<const std::uint32_t> seeds, ObservationRows observations) override {
    nb::gil_scoped_acquire acquired;
    nb::list all;
    for (const std::uint32_t seed : seeds) all.append(seed);
    adapter_.attr("reset_all")(all);
    for (std::size_t i = 0; i < seeds.size(); ++i) copy_observation(i, observations.row(i));
  }

  void reset(std::size_t i, std::uint32_t seed, std::span<float> observation) override {
    nb::gil_scoped_acquire acquired;
    adapter_.attr("reset_one")(i, seed);
    copy_observation(i, observation.data());
  }

  void step(std::size_t begin, std::size_t end, const Actions& actions,
            const Outcomes& outcomes) override {
    nb::gil_scoped_acquire acquired;
    write_actions(begin, end, actions);
    adapter_.attr("step")(begin, end);
    for (std::size_t i = begin; i < end; ++i) copy_observation(i, outcomes.observations.row(i));
    std::copy(rewards_.data() + begin, rewards_.data() + end, outcomes.rewards + begin);
    std::copy(terminated_.data() + begin, terminated_.data() + end, outcomes.terminated + begin);
    std::copy(truncated_.data() + begin, truncated_.data() + end, outcomes.truncated + begin);
  }

 private:
  using WrittenChoices = nb::ndarray<std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

  void copy_observation(std::size_t i, float* to) const {
    std::copy_n(observations_.data() + i * spaces_.low.size(), spaces_.low.size(), to);
  }
  void write_actions(std::size_t begin, std::size_t end, const Actions& actions) {
    const std::size_t size = spaces_.action_low.size();
    if (spaces_.choices > 0)
      std::copy(actions.choices + begin, actions.choices + end, choices_.data() + begin);
    else
      for (std::size_t i = begin; i < end; ++i)
        std::copy_n(actions.values + i * actions.stride, size, values_.data() + i * size);
  }

  nb::object adapter_;
  std::string name_;
  Spaces spaces_;
  Floats observations_, rewards_, values_;
  Flags terminated_, truncated_;
  WrittenChoices choices_;
};

}  // namespace

std::unique_ptr<VectorEnvironment> python_environments(const nb::object& adapter) {
  return std::make_unique<PythonEnvironments>(adapter);
}

}  // namespace lithe::python
