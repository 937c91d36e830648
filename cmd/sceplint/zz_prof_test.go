package main
import ("testing";"context";"io";"os")
func BenchmarkInProc(b *testing.B){
 for b.Loop() { run(context.Background(), []string{"check","--no-config","--no-baseline","--jobs","1","--fail-on","never","/tmp/gen/p"}, os.Stdin, io.Discard, io.Discard) }
}
