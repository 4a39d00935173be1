! Fits a radial basis network to a noisy surface by gradient descent.
program train
  implicit none
  integer, parameter :: centres = 256, points = 2000, epochs = 6
  real :: centre(2, centres), weight(centres), x(2, points), y(points), h(centres)
  real :: loss, error
  integer :: epoch, p, pass

  call random_seed(put=[(33 + p, p = 1, 33)])
  call random_number(centre)
  call random_number(x)
  y = sin(6 * x(1, :)) * cos(4 * x(2, :))
  weight = 0
  do epoch = 1, epochs
    do pass = 1, 120
      loss = 0
      do p = 1, points
        call basis(x(:, p), h)
        error = predict(h) - y(p)
        weight = weight - 0.01 * error * h
        loss = loss + error**2 / points
      end do
    end do
    print '(a,i0,a,f7.4)', 'epoch ', epoch, ' loss ', loss
    flush (6)
  end do

contains

  subroutine basis(point, values)
    real, intent(in) :: point(2)
    real, intent(out) :: values(:)
    integer :: c
    do c = 1, centres
      values(c) = 1 / (1 + 50 * ((centre(1, c) - point(1))**2 + (centre(2, c) - point(2))**2))
    end do
  end subroutine

  real function predict(values)
    real, intent(in) :: values(:)
    integer :: c
    predict = 0
    do c = 1, centres
      predict = predict + weight(c) * values(c)
    end do
  end function
end program
