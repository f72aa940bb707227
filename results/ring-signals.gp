# gnuplot results/ring-signals.gp, from the top folder.
set terminal svg size 900,460 font "sans,12" background "white"
set output "results/ring-signals.svg"
data = "results/ring-signals.dat"
set multiplot layout 1,2
set logscale x
set xrange [6:16000]
set xtics ("10" 10, "100" 100, "1,000" 1000, "10,000" 10000)
set xlabel "equal storage nodes"
set key below maxcols 2

set title "Holders per key"
set logscale y
set yrange [0.3:40]
set ytics (0.5, 1, 3, 8, 12, 24)
set object 1 rectangle from graph 0, first 8 to graph 1, first 24 fillcolor rgb "#e8f0e8" behind
set arrow 1 from graph 0, first 3 to graph 1, first 3 nohead dashtype 2 linecolor rgb "gray40"
plot data using 1:2 with linespoints pt 7 lc rgb "#1b7837" title "overlap: mean", \
     data using 1:3 with linespoints pt 6 dt 2 lc rgb "#1b7837" title "overlap: fewest", \
     data using 1:7 with linespoints pt 5 lc rgb "#b2182b" title "free share: mean", \
     data using 1:11 with points pt 2 lc rgb "black" title "free share: 1.2.8"

unset object 1
unset arrow 1
unset logscale y
set title "Share of keys, %"
set yrange [-3:105]
set ytics 0,20,100
plot data using 1:9 with linespoints pt 5 lc rgb "#b2182b" title "free share: under 3 holders", \
     data using 1:13 with points pt 2 lc rgb "black" title "the same in 1.2.8", \
     data using 1:8 with linespoints pt 4 dt 2 lc rgb "#b2182b" title "free share: no holder", \
     data using 1:12 with points pt 1 lc rgb "black" title "the same in 1.2.8", \
     data using 1:5 with linespoints pt 7 lc rgb "#1b7837" title "overlap: under 3 holders"
unset multiplot
